import { lazy } from "react";

import { Overview } from "../features/overview/Overview";
import { isAsk } from "../features/people/asks";
import type { Route } from "./route";

const Approvals = lazy(() => import("../features/approvals/Approvals"));
const NewRequest = lazy(() => import("../features/request/NewRequest"));
const Keys = lazy(() => import("../features/keys/Keys"));
const Tenants = lazy(() => import("../features/tenants/Tenants"));
const Exceptions = lazy(() => import("../features/exceptions/Exceptions"));
const Offboardings = lazy(() => import("../features/offboarding/Offboardings"));
const Survey = lazy(() => import("../features/offboarding/Survey"));
const Reviews = lazy(() => import("../features/reviews/Reviews"));
const Certificates = lazy(() => import("../features/certificates/Certificates"));
const Certificate = lazy(() => import("../features/certificates/Certificate"));
const Import = lazy(() => import("../features/estate/Import"));
const Discovery = lazy(() => import("../features/estate/Discovery"));
const CreateDeks = lazy(() => import("../features/estate/CreateDeks"));
const Runs = lazy(() => import("../features/runs/Runs"));
const RunDetail = lazy(() => import("../features/runs/RunDetail"));
const Ledger = lazy(() => import("../features/ledger/Ledger"));
const People = lazy(() => import("../features/people/People"));
const PeopleAsk = lazy(() => import("../features/people/PeopleAsk"));
const Policies = lazy(() => import("../features/policies/Policies"));
const Settings = lazy(() => import("../features/reference/Settings"));

/** The screen an address names. */
export function Pages({ route }: { readonly route: Route }) {
  switch (route.screen) {
    case "overview":
      return <Overview />;
    case "approvals":
      return <Approvals route={route} />;
    case "request":
      return <NewRequest route={route} />;
    case "keys":
      return <Keys route={route} />;
    case "tenants":
      return <Tenants route={route} />;
    case "exceptions":
      return <Exceptions route={route} />;
    case "offboarding":
      return route.id === null ? <Offboardings route={route} /> : <Survey key={route.id} tenant={route.id} />;
    case "reviews":
      return <Reviews route={route} />;
    case "certificates":
      return route.id === null ? <Certificates /> : <Certificate key={route.id} id={route.id} />;
    case "import":
      return <Import />;
    case "discovery":
      return <Discovery />;
    case "create-deks":
      return <CreateDeks route={route} />;
    case "runs":
      return route.id === null ? <Runs route={route} /> : <RunDetail key={route.id} run={route.id} />;
    case "ledger":
      return <Ledger route={route} />;
    case "people":
      return route.id !== null && isAsk(route.id) ? <PeopleAsk key={route.id} kind={route.id} route={route} /> : <People route={route} />;
    case "policies":
      return <Policies route={route} />;
    case "settings":
      return <Settings />;
    default:
      return route.screen satisfies never;
  }
}
