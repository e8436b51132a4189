(() => {
  const cover = document.getElementById("first-paint");
  try { // the theme that the visitor chose in the menu, if any
    const chosen = localStorage.getItem("stActiveTheme-" + location.pathname + "-v2") || "";
    if (/dark/i.test(chosen)) cover.dataset.theme = "dark";
    else if (/light/i.test(chosen)) cover.dataset.theme = "light";
  } catch { /* storage may be forbidden */ }
  let loading = false;
  const load = () => { // what Streamlit's page is made of, after the rows are painted
    if (loading) return;
    loading = true;
    for (const tag of document.getElementById("modules").content.children) {
      const fresh = document.createElement(tag.localName); // a copy of a script would not run
      for (const { name, value } of tag.attributes) fresh.setAttribute(name, value);
      document.head.append(fresh);
    }
  };
  if (document.hidden) load(); // nothing is painted in a hidden tab
  else requestAnimationFrame(() => setTimeout(load));
  setTimeout(load, 1000);
  let waiting = false;
  const off = () => {
    watch.disconnect();
    cover.remove();
    const root = document.getElementById("root");
    if (root) root.inert = false;
  };
  const look = () => {
    const root = document.getElementById("root");
    if (!root || waiting) return;
    root.inert = true; // hidden behind the cover; nobody shall tab into it
    const ended = root.querySelector('[data-test-script-state="notRunning"]') && root.querySelector("h1");
    const table = root.querySelector('[data-testid="stDataFrame"] canvas');
    const open = root.querySelector('[data-testid="stDataFrame"], [data-testid="stSkeleton"]');
    const other = document.querySelector('[data-testid="stException"], [role="dialog"]');
    if (table || other || (ended && !open)) {
      waiting = true;
      setTimeout(off, table ? 120 : 0); // the canvas is painted a frame or two after it is there
    }
  };
  const watch = new MutationObserver(look);
  watch.observe(document.documentElement, { subtree: true, childList: true, attributes: true,
    attributeFilter: ["data-test-script-state"] });
  setTimeout(off, 30000); // whatever happens, the page below can be used
})();
