// Two systems of COMPARED, which the script before this one defines. Every statistic comes from there; here
// a pair is looked up, turned round where it is asked for the other way, and the queries are sorted.
"use strict";
(() => {
  const { measure, queries, systems, values, pairs } = COMPARED;
  const ENDS = 15; // queries shown of each end, unless all are wanted
  const byId = (id) => document.getElementById(id);
  const [first, second] = [byId("system"), byId("reference")];
  const make = (name, attributes, ...inside) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  };
  const sized = (value, digits) => { // with its sign, unless nothing of it is left after rounding
    const text = Math.abs(value).toFixed(digits);
    return (Number(text) === 0 ? "" : value < 0 ? "−" : "+") + text;
  };
  const signed = (value) => sized(value, 4);
  const probability = (p) => (p < 0.00005 ? "below 0.0001" : p.toFixed(4));

  const pairOf = (a, b) => { // numbers of a minus b
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    const at = low * systems.length - (low * (low + 1)) / 2 + (high - low - 1);
    const [difference, from, to, p, corrected, effect, wins, ties, losses, differs] = pairs[at];
    const turned = a > b;
    return {
      difference: turned ? -difference : difference,
      from: turned ? -to : from,
      to: turned ? -from : to,
      effect: effect === null ? null : turned ? -effect : effect,
      wins: turned ? losses : wins,
      losses: turned ? wins : losses,
      p, corrected, ties, differs,
    };
  };

  const sentence = (a, b) => {
    const [name, other, it] = [systems[a][0], systems[b][0], pairOf(a, b)];
    const verdict = !it.differs ? "cannot be told apart from" : it.difference > 0 ? "is better than" : "is worse than";
    const effect = it.effect === null ? "" : `, Hedges' g ${sized(it.effect, 2)}`;
    return [
      make("strong", {}, `${name} ${verdict} ${other}.`),
      ` Difference of ${measure} ${signed(it.difference)} (95 % interval ${signed(it.from)} to ${signed(it.to)}), `
      + `p ${probability(it.p)}, corrected ${probability(it.corrected)}${effect}. `
      + `Better on ${it.wins}, equal on ${it.ties}, worse on ${it.losses} of ${queries.length} queries.`,
    ];
  };

  const sorted = (a, b) => queries
    .map(([id, text], at) => ({ id, text, at, gain: values[a][at] - values[b][at] }))
    .sort((x, y) => y.gain - x.gain || x.at - y.at);

  const drawing = (rows, largest, label) => {
    const space = "http://www.w3.org/2000/svg";
    const node = (name, attributes, ...inside) => {
      const made = document.createElementNS(space, name);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      made.append(...inside);
      return made;
    };
    const [left, right, middle, height] = [44, 636, 100, 86];
    const step = (right - left) / rows.length;
    const svg = node("svg", { class: "plot", viewBox: "0 0 640 200", role: "img", "aria-label": label });
    for (const [value, y] of [[largest, middle - height], [0, middle], [-largest, middle + height]]) {
      svg.append(
        node("path", { class: "grid", d: `M${left} ${y}H${right}` }),
        node("text", { x: left - 6, y: y + 4, "text-anchor": "end" }, sized(value, 2)),
      );
    }
    rows.forEach((row, at) => {
      const size = largest ? (Math.abs(row.gain) / largest) * height : 0;
      svg.append(node(
        "rect",
        {
          class: row.gain < 0 ? "loss" : "gain",
          x: left + at * step + step * 0.1, width: step * 0.8,
          y: row.gain < 0 ? middle : middle - size, height: size,
        },
        node("title", {}, `${row.id}: ${signed(row.gain)} ${row.text}`),
      ));
    });
    return svg;
  };

  const rowOf = (row, a, b, largest) => {
    const value = (system) => make("td", { class: "number" }, make(
      "a", { href: `${systems[system][1]}#query-${row.at}` }, values[system][row.at].toFixed(4),
    ));
    const share = largest ? (50 * Math.abs(row.gain)) / largest : 0;
    const bar = make("span", {
      class: row.gain < 0 ? "loss" : "gain",
      style: `left:${row.gain < 0 ? 50 - share : 50}%;width:${share}%`,
    });
    return make(
      "tr", {},
      make("td", { class: "keep" }, row.id), make("td", { class: "long" }, row.text),
      make("td", { class: "number" }, signed(row.gain)),
      make("td", { class: "gains" }, make("span", { class: "track", "aria-hidden": "true" }, bar)),
      value(a), value(b),
    );
  };

  const listing = (rows, a, b, largest) => {
    const short = rows.length > 2.5 * ENDS;
    const names = ["query", "text", "difference", "gain or loss", systems[a][0], systems[b][0]];
    const body = make("tbody", {});
    const fill = (shown) => body.replaceChildren(...shown.map((row) => rowOf(row, a, b, largest)));
    fill(short ? [...rows.slice(0, ENDS), ...rows.slice(-ENDS)] : rows);
    const caption = make("p", { class: "soft" }, short
      ? `The ${ENDS} queries with the largest gains and the ${ENDS} with the largest losses; `
        + "a value leads to the query in its run."
      : "Queries from the largest gain to the largest loss; a value leads to the query in its run.");
    const head = make("tr", {}, ...names.map((name) => make("th", { scope: "col" }, name)));
    const table = make("table", { "aria-label": "Queries" }, make("thead", {}, head), body);
    const made = [caption, make("div", { class: "wide", tabindex: "0" }, table)];
    if (short) {
      const button = make("button", { type: "button" }, `Show all ${rows.length} queries`);
      button.addEventListener("click", () => {
        fill(rows);
        caption.textContent = "All queries from the largest gain to the largest loss.";
        button.remove();
      });
      made.push(make("p", {}, button));
    }
    return made;
  };

  const draw = () => {
    const [a, b] = [first.selectedIndex, second.selectedIndex];
    if (a === b) {
      byId("verdict").replaceChildren("Choose two different systems.");
      byId("queries").replaceChildren();
      return;
    }
    const rows = sorted(a, b);
    const largest = Math.max(...rows.map((row) => Math.abs(row.gain)));
    const label = `Gains and losses of ${systems[a][0]} against ${systems[b][0]} on ${rows.length} queries, `
      + "sorted; the table has the values";
    byId("verdict").replaceChildren(...sentence(a, b));
    byId("queries").replaceChildren(drawing(rows, largest, label), ...listing(rows, a, b, largest));
  };

  const read = () => { // the address names the pair, so that it can be kept and sent
    const asked = new URLSearchParams(location.hash.slice(1));
    const find = (key) => systems.findIndex(([name]) => name === asked.get(key));
    const [a, b] = [find("system"), find("reference")];
    first.selectedIndex = a >= 0 ? a : b === 0 ? 1 : 0;
    second.selectedIndex = b >= 0 ? b : first.selectedIndex === 0 ? 1 : 0;
    draw();
    const absent = ["system", "reference"].filter((key) => asked.get(key) && find(key) < 0);
    const names = absent.map((key) => asked.get(key)).join(" and ");
    if (names) byId("verdict").prepend(`The address asks for ${names}, which is not on this page. `);
  };
  const write = () => {
    const pair = new URLSearchParams({ system: first.value, reference: second.value });
    location.replace(`#${pair}`);
  };

  for (const field of [first, second]) {
    field.append(...systems.map(([name]) => make("option", { value: name }, name)));
    field.addEventListener("change", write);
  }
  byId("swap").addEventListener("click", () => {
    [first.selectedIndex, second.selectedIndex] = [second.selectedIndex, first.selectedIndex];
    write();
  });
  addEventListener("hashchange", read);
  byId("pair").hidden = false;
  read();
})();
