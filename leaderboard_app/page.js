// Manners of every page that Streamlit's own lack. It runs again with each rerun of a page's script.
if (!window.pageHasManners) {
  window.pageHasManners = true;

  // Streamlit pushes an entry of history for each widget that it writes into the address, and drops the
  // address of the page that is left. Here a click on a link, or another page, is one entry, everything else
  // replaces the present one, and the way back loads the page that the address says. A page that the script
  // opens gets its parameters before its path, so that the page that is left is given its own back.
  const push = history.pushState.bind(history);
  let clicked = false;
  let left = location.href, replaced = 0;
  document.addEventListener("click", (event) => {
    if (!event.target.closest || !event.target.closest("a[href]")) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) event.stopPropagation(); // a new tab: the browser's
    else clicked = true;
  }, true);
  history.pushState = (state, title, url) => {
    const other = url && new URL(url, location.href).pathname !== location.pathname;
    const now = performance.now();
    if (clicked || other) {
      if (other && now - replaced < 1000) history.replaceState(history.state, "", left);
      push(state, title, url);
    } else {
      if (now - replaced > 1000) left = location.href;
      replaced = now;
      history.replaceState(state, title, url);
    }
    clicked = false;
  };
  addEventListener("popstate", (event) => {
    event.stopImmediatePropagation();
    location.reload();
  }, true);

  // The links of tables open windows of their own; those to a page of this site stay in the one there is.
  const open = window.open.bind(window);
  window.open = (url, ...rest) => {
    const wanted = url ? new URL(url, location.href) : null;
    if (!wanted || wanted.origin !== location.origin) return open(url, ...rest);
    location.assign(wanted);
    return null;
  };

  // Streamlit's links to the board have no path where they have parameters, so that a new tab or a copy of the
  // link would be of the page that is open. They get one as soon as somebody points at them or tabs to them.
  for (const moment of ["pointerover", "focusin"]) {
    document.addEventListener(moment, (event) => {
      const link = event.target.closest && event.target.closest('a[href^="?"]');
      if (link) link.setAttribute("href", `./${link.getAttribute("href")}`);
    }, true);
  }

  // A table is drawn on a canvas, where Tab visits cell after cell and Enter opens neither buttons nor links.
  // Here Tab leaves the table, since the arrows move inside it. Its cells for screen readers have the focus, so
  // that Enter on one with a system's name, or with the address of a page, can lead there.
  const PAGES = /^(system|run|dataset)\?/;
  const address = (head, text) => {
    if (head === "System") return `system?system=${encodeURIComponent(text)}`;
    return (head === "Page" || head === "Run") && PAGES.test(text) ? text : "";
  };
  document.addEventListener("keydown", (event) => {
    const inside = event.target.closest && event.target.closest("[data-testid=stDataFrame] canvas");
    if (inside && event.key === "Tab") event.stopImmediatePropagation();
    const cell = inside && event.key === "Enter" && event.target.closest("td[role=gridcell]");
    if (!cell || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
    const column = cell.getAttribute("aria-colindex");
    const head = cell.closest("table").querySelector(`th[aria-colindex="${column}"]`);
    const wanted = head ? address(head.textContent, cell.textContent) : "";
    if (!wanted) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    location.assign(`./${wanted}`);
  }, true);
}
