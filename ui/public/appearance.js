// Sets theme and density before the first paint, so that a dark window never flashes white.
(function () {
  var root = document.documentElement;
  var kept = {};
  try {
    kept = JSON.parse(localStorage.getItem("countersign.appearance") || "{}") || {};
  } catch {
    kept = {};
  }
  var dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  var theme = kept.theme === "dark" || kept.theme === "light" ? kept.theme : dark ? "dark" : "light";
  root.setAttribute("data-theme", theme);
  root.setAttribute("data-density", kept.density === "compact" ? "compact" : "comfortable");
})();
