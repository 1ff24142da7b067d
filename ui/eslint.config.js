import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const restricted = (patterns) => ["error", { patterns }];
const tauri = { group: ["@tauri-apps/*"], message: "Only ui/src/host talks to the host." };

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/host/ipc.ts", "public"] },
  ...tseslint.configs.strict,
  jsxA11y.flatConfigs.strict,
  reactHooks.configs.flat["recommended-latest"],
  {
    files: ["src/**/*.{ts,tsx}", "dev/**/*.{ts,tsx}"],
    rules: {
      "no-restricted-imports": restricted([tauri]),
      "no-restricted-syntax": [
        "error",
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "Text is text." },
      ],
      "no-eval": "error",
      "no-console": "error",
      "max-lines": ["error", { max: 500, skipBlankLines: true }],
      // A drawn list keeps its role for screen readers that drop it with `list-style: none`.
      "jsx-a11y/no-redundant-roles": ["error", { ul: ["list"], ol: ["list"] }],
    },
  },
  { files: ["src/host/**"], rules: { "no-restricted-imports": "off" } },
  {
    files: ["src/kit/**", "src/design/**"],
    rules: { "no-restricted-imports": restricted([tauri, { group: ["**/features/**", "**/shell/**"], message: "The kit knows no feature." }]) },
  },
);
