"""Microsoft's own clients for Python, which we did not write, against the local vault.

Run by `tests/tests/microsoft_clients.rs`, which starts the vault and says in the environment where
it is: VAULT_PORT, VAULT_CA (a file), VAULT_TOKEN. The clients see an ordinary vault under an
ordinary name: only the resolver is told that the name is at home, so that the verification of the
certificate and of the authentication challenge stay on.
"""

import json
import os
import socket
import ssl
import time
import unittest
import urllib.request
import uuid

from azure.core.credentials import AccessToken
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.keyvault.keys import (
    KeyClient,
    KeyCurveName,
    KeyOperation,
    KeyRotationLifetimeAction,
    KeyRotationPolicy,
    KeyRotationPolicyAction,
    JsonWebKey,
)
from azure.keyvault.keys.crypto import (
    CryptographyClient,
    EncryptionAlgorithm,
    KeyWrapAlgorithm,
    SignatureAlgorithm,
)
from azure.keyvault.secrets import SecretClient
from cryptography.hazmat.primitives import hashes

PORT = int(os.environ["VAULT_PORT"])
CA = os.environ["VAULT_CA"]
TOKEN = os.environ["VAULT_TOKEN"]
HOST = "contract-test.vault.azure.net"
URL = f"https://{HOST}"

real_getaddrinfo = socket.getaddrinfo


def getaddrinfo_at_home(host, port, *args, **kwargs):
    if host == HOST:
        host, port = "127.0.0.1", PORT
    return real_getaddrinfo(host, port, *args, **kwargs)


socket.getaddrinfo = getaddrinfo_at_home


class Credential:
    """A token that somebody handed over, as a sign-in would."""

    def __init__(self, token=TOKEN):
        self.token = token

    def get_token(self, *scopes, **_options):
        assert scopes == ("https://vault.azure.net/.default",), scopes
        return AccessToken(self.token, int(time.time()) + 3600)


def client(kind, url=URL, token=TOKEN, **options):
    return kind(url, Credential(token), connection_verify=CA, **options)


def crypto(key, **options):
    return CryptographyClient(key, Credential(), connection_verify=CA, **options)


def fresh(prefix):
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


def inner_code(error):
    body = json.loads(error.response.text())
    return body["error"].get("innererror", {}).get("code")


class Keys(unittest.TestCase):
    def setUp(self):
        self.keys = client(KeyClient)
        self.addCleanup(self.keys.close)

    def test_create_and_read(self):
        name = fresh("kek")
        made = self.keys.create_rsa_key(
            name,
            size=3072,
            key_operations=[KeyOperation.wrap_key, KeyOperation.unwrap_key],
            tags={"purpose": "contract"},
        )
        self.assertEqual(made.id, f"{URL}/keys/{name}/{made.properties.version}")
        self.assertEqual(made.key_type, "RSA")
        self.assertEqual(len(made.key.n), 3072 // 8)
        self.assertEqual(made.key.e, b"\x01\x00\x01")
        self.assertIsNone(made.key.d)
        self.assertEqual(made.key_operations, ["wrapKey", "unwrapKey"])
        self.assertEqual(made.properties.tags, {"purpose": "contract"})
        self.assertEqual(made.properties.recovery_level, "CustomizedRecoverable+Purgeable")
        self.assertEqual(made.properties.recoverable_days, 7)
        read = self.keys.get_key(name)
        self.assertEqual((read.id, read.key.n), (made.id, made.key.n))
        self.assertEqual(read.properties.created_on, made.properties.created_on)
        read = self.keys.get_key(name, made.properties.version)
        self.assertEqual(read.id, made.id)

    def test_every_size_and_curve(self):
        for size in (2048, 3072, 4096):
            made = self.keys.create_rsa_key(fresh("rsa"), size=size)
            self.assertEqual(len(made.key.n), size // 8)
        for curve, length in (("P-256", 32), ("P-384", 48), ("P-521", 66)):
            made = self.keys.create_ec_key(fresh("ec"), curve=KeyCurveName(curve))
            self.assertEqual((len(made.key.x), len(made.key.y)), (length, length))
        self.assertEqual(self.keys.create_rsa_key(fresh("hsm"), hardware_protected=True).key_type, "RSA-HSM")

    def test_versions(self):
        name = fresh("kek")
        made = {self.keys.create_rsa_key(name).properties.version for _ in range(3)}
        listed = list(self.keys.list_properties_of_key_versions(name))
        self.assertEqual({it.version for it in listed}, made)
        self.assertEqual(len(listed), 3)

    def test_lists_over_many_pages(self):
        names = {self.keys.create_ec_key(fresh("many")).name for _ in range(30)}
        listed = [it.name for it in self.keys.list_properties_of_keys()]
        self.assertEqual(len(listed), len(set(listed)))
        self.assertLessEqual(names, set(listed))
        pages = [list(page) for page in self.keys.list_properties_of_keys(max_page_size=7).by_page()]
        self.assertTrue(all(len(page) <= 7 for page in pages))
        self.assertLessEqual(names, {it.name for page in pages for it in page})

    def test_update(self):
        name = fresh("kek")
        made = self.keys.create_rsa_key(name, tags={"a": "b"})
        changed = self.keys.update_key_properties(name, enabled=False, tags={"c": "d"})
        self.assertFalse(changed.properties.enabled)
        self.assertEqual(changed.properties.tags, {"c": "d"})
        self.assertEqual(changed.id, made.id)
        changed = self.keys.update_key_properties(name, key_operations=[KeyOperation.sign])
        self.assertEqual(changed.key_operations, ["sign"])
        self.assertFalse(self.keys.get_key(name).properties.enabled)

    def test_rotate(self):
        name = fresh("kek")
        old = self.keys.create_rsa_key(name, tags={"a": "b"})
        new = self.keys.rotate_key(name)
        self.assertNotEqual(new.properties.version, old.properties.version)
        self.assertNotEqual(new.key.n, old.key.n)
        self.assertEqual((len(new.key.n), new.properties.tags), (256, {"a": "b"}))
        self.assertEqual(self.keys.get_key(name).id, new.id)
        wrapped = crypto(old).wrap_key(KeyWrapAlgorithm.rsa_oaep_256, bytes(32)).encrypted_key
        self.assertEqual(crypto(old).unwrap_key(KeyWrapAlgorithm.rsa_oaep_256, wrapped).key, bytes(32))
        with self.assertRaises(HttpResponseError):
            crypto(new).unwrap_key(KeyWrapAlgorithm.rsa_oaep_256, wrapped)

    def test_rotation_policy(self):
        name = fresh("kek")
        self.keys.create_rsa_key(name)
        action = KeyRotationLifetimeAction(KeyRotationPolicyAction.rotate, time_after_create="P90D")
        policy = KeyRotationPolicy(lifetime_actions=[action], expires_in="P2Y")
        set_ = self.keys.update_key_rotation_policy(name, policy)
        self.assertEqual(set_.id, f"{URL}/keys/{name}/rotationpolicy")
        read = self.keys.get_key_rotation_policy(name)
        self.assertEqual(read.expires_in, "P2Y")
        self.assertEqual(read.lifetime_actions[0].time_after_create, "P90D")
        self.assertIsNotNone(read.created_on)
        rotated = self.keys.rotate_key(name).properties
        self.assertAlmostEqual((rotated.expires_on - rotated.created_on).days, 730, delta=1)

    def test_delete_recover_purge(self):
        name = fresh("kek")
        made = self.keys.create_rsa_key(name)
        deleted = self.keys.begin_delete_key(name).result()
        self.assertEqual(deleted.recovery_id, f"{URL}/deletedkeys/{name}")
        self.assertEqual((deleted.scheduled_purge_date - deleted.deleted_date).days, 7)
        with self.assertRaises(ResourceNotFoundError):
            self.keys.get_key(name)
        with self.assertRaises(ResourceExistsError) as refused:
            self.keys.create_rsa_key(name)
        self.assertEqual(inner_code(refused.exception), "ObjectIsDeletedButRecoverable")
        self.assertIn(name, [it.name for it in self.keys.list_deleted_keys()])
        self.assertEqual(self.keys.get_deleted_key(name).id, made.id)
        self.assertEqual(self.keys.begin_recover_deleted_key(name).result().id, made.id)
        self.assertEqual(self.keys.get_key(name).id, made.id)
        self.keys.begin_delete_key(name).wait()
        self.keys.purge_deleted_key(name)
        with self.assertRaises(ResourceNotFoundError):
            self.keys.get_deleted_key(name)
        self.assertNotEqual(self.keys.create_rsa_key(name).id, made.id)

    def test_backup_and_restore(self):
        name = fresh("kek")
        old = self.keys.create_rsa_key(name)
        wrapped = crypto(old).wrap_key(KeyWrapAlgorithm.rsa_oaep_256, b"k" * 32).encrypted_key
        new = self.keys.rotate_key(name)
        blob = self.keys.backup_key(name)
        with self.assertRaises(ResourceExistsError):
            self.keys.restore_key_backup(blob)
        self.keys.begin_delete_key(name).wait()
        self.keys.purge_deleted_key(name)
        self.assertEqual(self.keys.restore_key_backup(blob).id, new.id)
        self.assertEqual(crypto(old).unwrap_key(KeyWrapAlgorithm.rsa_oaep_256, wrapped).key, b"k" * 32)
        with self.assertRaises(HttpResponseError) as refused:
            self.keys.restore_key_backup(b"not a backup")
        self.assertEqual((refused.exception.status_code, refused.exception.error.code), (400, "BadParameter"))

    def test_import_is_refused(self):
        key = JsonWebKey(kty="RSA", n=b"\x00" * 256, e=b"\x01\x00\x01", d=b"\x00" * 256, p=b"1", q=b"1",
                         dp=b"1", dq=b"1", qi=b"1", key_ops=["wrapKey"])
        name = fresh("imported")
        with self.assertRaises(HttpResponseError) as refused:
            self.keys.import_key(name, key)
        self.assertEqual(refused.exception.status_code, 403)
        with self.assertRaises(ResourceNotFoundError):
            self.keys.get_key(name)

    def test_random_bytes(self):
        one, two = self.keys.get_random_bytes(count=16), self.keys.get_random_bytes(count=16)
        self.assertEqual((len(one), len(two)), (16, 16))
        self.assertNotEqual(one, two)


class Cryptography(unittest.TestCase):
    """The client wraps, encrypts and verifies by itself, with the public half that the vault showed: what
    the vault then opens, it opened under the key that it says it has."""

    def setUp(self):
        self.keys = client(KeyClient)
        self.addCleanup(self.keys.close)

    def test_both_oaep_forms_open_what_the_client_wrapped(self):
        key = self.keys.create_rsa_key(fresh("kek"))
        for algorithm in (KeyWrapAlgorithm.rsa_oaep, KeyWrapAlgorithm.rsa_oaep_256):
            wrapped = crypto(key).wrap_key(algorithm, b"d" * 32)
            opened = crypto(key).unwrap_key(algorithm, wrapped.encrypted_key)
            self.assertEqual((opened.key, opened.key_id), (b"d" * 32, key.id))
        for algorithm in (EncryptionAlgorithm.rsa_oaep, EncryptionAlgorithm.rsa_oaep_256):
            sealed = crypto(key).encrypt(algorithm, b"text")
            self.assertEqual(crypto(key).decrypt(algorithm, sealed.ciphertext).plaintext, b"text")

    def test_both_oaep_forms_wrap_in_the_vault(self):
        # A key whose public half the client may not use sends everything to the vault.
        key = self.keys.create_rsa_key(fresh("kek"))
        for algorithm in ("RSA-OAEP", "RSA-OAEP-256"):
            wrapped = self.raw(key, "wrapkey", {"alg": algorithm, "value": "ZGVr"})
            self.assertEqual(wrapped["kid"], key.id)
            opened = self.raw(key, "unwrapkey", {"alg": algorithm, "value": wrapped["value"]})
            self.assertEqual(opened["value"], "ZGVr")

    def raw(self, key, verb, body):
        request = urllib.request.Request(
            f"https://{HOST}:{PORT}/keys/{key.name}/{key.properties.version}/{verb}?api-version=7.6",
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, context=ssl.create_default_context(cafile=CA)) as answer:
            shown = json.load(answer)
        if "kid" in shown:
            shown["kid"] = shown["kid"].replace(f":{PORT}", "")
        return shown

    def test_the_wrong_form_does_not_open(self):
        key = self.keys.create_rsa_key(fresh("kek"))
        wrapped = crypto(key).wrap_key(KeyWrapAlgorithm.rsa_oaep_256, b"d" * 32).encrypted_key
        with self.assertRaises(HttpResponseError) as refused:
            crypto(key).unwrap_key(KeyWrapAlgorithm.rsa_oaep, wrapped)
        self.assertEqual((refused.exception.status_code, refused.exception.error.code), (400, "BadParameter"))

    def test_a_disabled_key_is_refused(self):
        key = self.keys.create_rsa_key(fresh("kek"))
        wrapped = crypto(key).wrap_key(KeyWrapAlgorithm.rsa_oaep_256, b"d" * 32).encrypted_key
        self.keys.update_key_properties(key.name, key.properties.version, enabled=False)
        with self.assertRaises(HttpResponseError) as refused:
            crypto(key.id).unwrap_key(KeyWrapAlgorithm.rsa_oaep_256, wrapped)
        self.assertEqual((refused.exception.status_code, refused.exception.error.code), (403, "Forbidden"))
        self.assertEqual(inner_code(refused.exception), "KeyDisabled")
        self.keys.update_key_properties(key.name, key.properties.version, enabled=True)
        self.assertEqual(crypto(key.id).unwrap_key(KeyWrapAlgorithm.rsa_oaep_256, wrapped).key, b"d" * 32)

    def test_the_client_verifies_what_the_vault_signed(self):
        digest = {name: hash_(kind) for name, kind in
                  (("256", hashes.SHA256()), ("384", hashes.SHA384()), ("512", hashes.SHA512()))}
        rsa = self.keys.create_rsa_key(fresh("sign"))
        for algorithm in (SignatureAlgorithm.rs256, SignatureAlgorithm.ps256, SignatureAlgorithm.ps512):
            self.check_signature(rsa, algorithm, digest[algorithm.value[-3:]])
        for curve, algorithm in (("P-256", SignatureAlgorithm.es256), ("P-384", SignatureAlgorithm.es384),
                                 ("P-521", SignatureAlgorithm.es512)):
            key = self.keys.create_ec_key(fresh("sign"), curve=KeyCurveName(curve))
            self.check_signature(key, algorithm, digest[algorithm.value[-3:]])

    def check_signature(self, key, algorithm, digest):
        signature = crypto(key).sign(algorithm, digest).signature
        self.assertTrue(crypto(key).verify(algorithm, digest, signature).is_valid, algorithm)
        other = bytes([digest[0] ^ 1]) + digest[1:]
        self.assertFalse(crypto(key).verify(algorithm, other, signature).is_valid, algorithm)


def hash_(kind):
    hashing = hashes.Hash(kind)
    hashing.update(b"message")
    return hashing.finalize()


class Secrets(unittest.TestCase):
    def setUp(self):
        self.secrets = client(SecretClient)
        self.addCleanup(self.secrets.close)

    def test_set_read_versions_update(self):
        name = fresh("secret")
        one = self.secrets.set_secret(name, "one", content_type="text/plain", tags={"a": "b"})
        two = self.secrets.set_secret(name, "zwei ü €")
        self.assertEqual(self.secrets.get_secret(name).value, "zwei ü €")
        read = self.secrets.get_secret(name, one.properties.version)
        self.assertEqual((read.value, read.properties.content_type), ("one", "text/plain"))
        listed = {it.version for it in self.secrets.list_properties_of_secret_versions(name)}
        self.assertEqual(listed, {one.properties.version, two.properties.version})
        self.assertIn(name, [it.name for it in self.secrets.list_properties_of_secrets()])
        self.secrets.update_secret_properties(name, one.properties.version, enabled=False)
        with self.assertRaises(HttpResponseError) as refused:
            self.secrets.get_secret(name, one.properties.version)
        self.assertEqual((refused.exception.status_code, inner_code(refused.exception)), (403, "SecretDisabled"))

    def test_delete_recover_purge_backup_restore(self):
        name = fresh("secret")
        made = self.secrets.set_secret(name, "value")
        deleted = self.secrets.begin_delete_secret(name).result()
        self.assertEqual(deleted.recovery_id, f"{URL}/deletedsecrets/{name}")
        with self.assertRaises(ResourceNotFoundError):
            self.secrets.get_secret(name)
        with self.assertRaises(ResourceExistsError):
            self.secrets.set_secret(name, "other")
        self.assertIn(name, [it.name for it in self.secrets.list_deleted_secrets()])
        self.secrets.begin_recover_deleted_secret(name).wait()
        blob = self.secrets.backup_secret(name)
        self.secrets.begin_delete_secret(name).wait()
        self.secrets.purge_deleted_secret(name)
        with self.assertRaises(ResourceNotFoundError):
            self.secrets.get_deleted_secret(name)
        self.assertEqual(self.secrets.restore_secret_backup(blob).id, made.id)
        self.assertEqual(self.secrets.get_secret(name).value, "value")


class Errors(unittest.TestCase):
    def test_missing(self):
        with self.assertRaises(ResourceNotFoundError) as missing:
            client(KeyClient).get_key("no-such-key")
        self.assertEqual(missing.exception.error.code, "KeyNotFound")
        with self.assertRaises(ResourceNotFoundError) as missing:
            client(SecretClient).get_secret("no-such-secret")
        self.assertEqual(missing.exception.error.code, "SecretNotFound")
        with self.assertRaises(ResourceNotFoundError):
            client(KeyClient).get_deleted_key("no-such-key")

    def test_a_token_that_the_vault_does_not_accept(self):
        with self.assertRaises(ClientAuthenticationError) as refused:
            client(KeyClient, token="somebody-elses").get_key("any")
        self.assertEqual(refused.exception.status_code, 401)

    def test_bad_parameters(self):
        with self.assertRaises(HttpResponseError) as refused:
            client(KeyClient).create_rsa_key(fresh("kek"), size=1024)
        self.assertEqual((refused.exception.status_code, refused.exception.error.code), (400, "BadParameter"))

    def test_an_authority_that_nobody_trusts(self):
        with self.assertRaises(ServiceRequestError):
            KeyClient(URL, Credential(), retry_total=0).get_key("any")

    def test_the_loopback_is_a_vault_too(self):
        for host in ("127.0.0.1", "localhost"):
            url = f"https://{host}:{PORT}"
            keys = client(KeyClient, url=url, verify_challenge_resource=False)
            made = keys.create_rsa_key(fresh("home"))
            self.assertTrue(made.id.startswith(f"{url}/keys/"))
            # Loopback and named vaults are different vaults.
            with self.assertRaises(ResourceNotFoundError):
                client(KeyClient).get_key(made.name)


class Faults(unittest.TestCase):
    """What the clients make of a vault in trouble, by the fault port."""

    def setUp(self):
        self.addCleanup(self.fault, "DELETE", None)

    def fault(self, method, rule):
        request = urllib.request.Request(
            f"https://127.0.0.1:{PORT}/countersign/faults",
            method=method,
            data=None if rule is None else json.dumps(rule).encode(),
            headers={"Authorization": f"Bearer {TOKEN}"},
        )
        urllib.request.urlopen(request, context=ssl.create_default_context(cafile=CA)).close()

    def test_a_throttled_client_waits_and_succeeds(self):
        keys = client(KeyClient)
        made = keys.create_rsa_key(fresh("kek"))
        self.fault("POST", {"operation": "KeyGet", "first": 1,
                            "action": {"status": {"status": 429, "retryAfterS": 1}}})
        before = time.monotonic()
        self.assertEqual(keys.get_key(made.name).id, made.id)
        self.assertGreaterEqual(time.monotonic() - before, 1)

    def test_a_throttled_client_without_retries_is_told(self):
        keys = client(KeyClient, retry_total=0)
        self.fault("POST", {"operation": "KeyGet", "action": {"status": {"status": 429, "retryAfterS": 1}}})
        with self.assertRaises(HttpResponseError) as refused:
            keys.get_key("any")
        self.assertEqual((refused.exception.status_code, refused.exception.error.code), (429, "Throttled"))

    def test_a_lost_reply_is_no_answer_and_the_key_is_there(self):
        keys = client(KeyClient, retry_total=0)
        name = keys.create_rsa_key(fresh("kek")).name
        self.fault("POST", {"operation": "KeyRotate", "first": 1, "action": "dropAfter"})
        with self.assertRaises((ServiceRequestError, ServiceResponseError)):
            keys.rotate_key(name)
        self.assertEqual(len(list(keys.list_properties_of_key_versions(name))), 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
