// The report in the browser: light and dark, the gallery's search and filters, the graph. Text is only ever set as text.
"use strict";

// Light and dark: chosen before the page is painted.
const root = document.documentElement;
const night = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
const memory = {
  get: () => { try { return localStorage.getItem("theme"); } catch { return null; } }, // storage may be forbidden
  set: (value) => { try { localStorage.setItem("theme", value); } catch { /* the choice then lasts for this page */ } },
};
if (["light", "dark"].includes(memory.get())) root.dataset.theme = memory.get();

addEventListener("DOMContentLoaded", () => {
  const button = document.getElementById("theme");
  const name = () => { button.textContent = night() ? "Light" : "Dark"; };
  button.hidden = false;
  button.setAttribute("aria-label", "Change between light and dark");
  button.addEventListener("click", () => {
    root.dataset.theme = night() ? "light" : "dark";
    memory.set(root.dataset.theme);
    name();
  });
  name();
  if (document.getElementById("graph")) startGraph(document.getElementById("graph"));
});

// A table as the pages' lists have it: rows of fields, with names replaced by their place in a list of names.
function unpack({ fields, names, rows }) {
  return rows.map((row) => {
    const one = {};
    fields.forEach((field, at) => { one[field] = Array.isArray(row[at]) ? row[at].map((place) => names[place]) : row[at]; });
    return one;
  });
}
const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const day = (date) => date && `${+date.slice(8, 10)} ${months[date.slice(5, 7) - 1]} ${date.slice(0, 4)}`;

// The gallery. articles.js calls this with {shown, fields, names, rows}; it comes after the page (defer).
function spacenewsArticles(table) {
  const stories = unpack(table);
  const shown = table.shown;
  const search = spacenewsSearch(stories);
  const get = (id) => document.getElementById(id);
  const form = get("filters");
  if (!form) return;
  let matches = stories;
  let page = 0;
  let result = search.everything;

  const wanted = () => Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
  const filter = (want) => (story) => (!want.site || story.site.includes(want.site))
    && (!want.section || story.sections.includes(want.section))
    && (!want.topic || story.topics.includes(want.topic))
    && (!want.from || story.date.slice(0, 10) >= want.from)
    && (!want.to || (story.date && story.date.slice(0, 10) <= want.to))
    && (!want.pictures || story.picture)
    && (!want.changed || story.changed);
  const orders = {
    oldest: (one, other) => one.date < other.date ? -1 : +(one.date > other.date),
    best: (one, other) => result.score(other) - result.score(one),
    title: (one, other) => one.title.localeCompare(other.title, "en"),
  };

  const card = (story) => {
    const made = get("card").content.firstElementChild.cloneNode(true);
    const part = (selector) => made.querySelector(selector);
    made.classList.toggle("plain", !story.picture);
    part(".picture").hidden = !story.picture;
    part(".picture").href = part("h2 a").href = story.page;
    if (story.picture) part("img").src = story.picture;
    result.mark(part("h2 a"), story.title);
    part(".kicker").textContent = [...story.site, ...story.sections.slice(0, 1)].join(" · ");
    result.mark(part(".deck"), story.deck);
    result.mark(part(".authors"), story.authors.join(", "));
    result.passage(story).then((text) => {
      part(".deck").hidden = Boolean(text);
      part(".passage").hidden = !text;
      result.mark(part(".passage"), text);
    });
    part("time").textContent = day(story.date);
    if (story.date) part("time").dateTime = story.date;
    part(".badge").hidden = !story.changed;
    return made;
  };

  const show = () => {
    const pages = Math.max(1, Math.ceil(matches.length / shown));
    page = Math.min(Math.max(page, 0), pages - 1);
    get("gallery").replaceChildren(...matches.slice(page * shown, (page + 1) * shown).map(card));
    get("gallery").classList.toggle("fresh", matches === stories && page === 0);
    get("none").hidden = matches.length > 0;
    get("turn").hidden = pages === 1;
    get("place").textContent = `Page ${page + 1} of ${pages}`;
    get("before").disabled = page === 0;
    get("after").disabled = page === pages - 1;
    const filtered = matches.length < stories.length || result !== search.everything;
    get("found").textContent = (filtered ? `${matches.length.toLocaleString("en")} of ${stories.length.toLocaleString("en")} articles` : "")
      + (result.missing ? "; the texts could not be searched: build the report again" : "");
    get("clear").hidden = matches === stories;
  };
  let latest = 0;
  const look = async () => { // false when the reader has asked for something else meanwhile
    const turn = ++latest;
    const want = wanted();
    const found = await search.find(want.q ?? "");
    if (turn !== latest) return false;
    result = found;
    matches = Object.keys(want).length ? stories.filter(filter(want)).filter(result.has) : stories;
    if (orders[want.sort]) matches = matches.toSorted(orders[want.sort]);
    return true;
  };
  // The address keeps what is shown, so that a reader comes back to it and can send it to others.
  const remember = (push) => {
    const state = new URLSearchParams(wanted());
    if (page) state.set("page", page + 1);
    history[push ? "pushState" : "replaceState"](null, "", `#${state}`);
  };
  const recall = async () => {
    const state = new URLSearchParams(location.hash.slice(1));
    for (const field of form.elements) {
      if (field.type === "checkbox") field.checked = state.has(field.name);
      else if (field.name) field.value = state.get(field.name) ?? "";
    }
    page = (Number(state.get("page")) || 1) - 1;
    if (await look()) show();
  };
  const renew = async () => {
    if (!await look()) return;
    page = 0;
    show();
    remember(false);
  };

  let soon;
  form.addEventListener("input", () => {
    clearTimeout(soon);
    soon = setTimeout(renew, 80);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { renew(); get("q").focus(); }));
  const turn = (by) => {
    page += by;
    show();
    remember(true);
    get("main").focus({ preventScroll: true });
    scrollTo(0, 0);
  };
  get("before").addEventListener("click", () => turn(-1));
  get("after").addEventListener("click", () => turn(1));
  addEventListener("popstate", recall);
  form.hidden = false;
  const wide = matchMedia("(min-width: 60rem)"); // where the filters have room they stay open
  const unfold = () => { get("more-filters").open = wide.matches; };
  wide.addEventListener("change", unfold);
  unfold();
  recall();
}

// The graph: one story with what suggests it and what it suggests, chosen by its title, in the picture, or from a neighbour.
function startGraph(svg) {
  const get = (id) => document.getElementById(id);
  const nodes = [...svg.querySelectorAll(".nodes a")];
  const labels = [...svg.querySelectorAll(".labels text")];
  const edges = [...svg.querySelectorAll(".edges path")].map((path) => ({ path, from: +path.dataset.from, to: +path.dataset.to }));
  const title = (at) => nodes[at].getAttribute("aria-label");
  const most = 8; // titles that a search offers
  let grip = null; // where the picture was taken hold of

  const button = (at) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = title(at);
    made.addEventListener("click", () => choose(at, true));
    const item = document.createElement("li");
    item.append(made);
    return item;
  };
  const fill = (side, places) => {
    side.querySelector("ul").replaceChildren(...places.map(button));
    side.querySelector("p").hidden = places.length > 0;
  };
  const light = (here, out, into) => {
    edges.forEach(({ path }) => path.classList.remove("out", "in"));
    nodes.forEach((node) => node.classList.remove("lit", "here", "in"));
    svg.classList.add("chosen");
    out.forEach(({ path, to }) => { path.classList.add("out"); nodes[to].classList.add("lit"); });
    into.forEach(({ path, from }) => { path.classList.add("in"); nodes[from].classList.add("lit", "in"); });
    nodes[here].classList.add("lit", "here");
    labels.forEach((label) => label.classList.toggle("lit", nodes[label.dataset.of].classList.contains("lit")));
  };
  const choose = (here, remember) => {
    const out = edges.filter((edge) => edge.from === here);
    const into = edges.filter((edge) => edge.to === here);
    light(here, out, into);
    get("chosen").textContent = title(here);
    get("chosen").href = nodes[here].getAttribute("href");
    get("chosen-facts").textContent = nodes[here].dataset.facts;
    fill(get("into"), into.map((edge) => edge.from));
    fill(get("out"), out.map((edge) => edge.to));
    get("stories-found").replaceChildren();
    if (remember) history.pushState(null, "", `#${nodes[here].dataset.id}`);
  };
  const recall = () => {
    const named = nodes.findIndex((node) => node.dataset.id === location.hash.slice(1));
    const suggested = nodes.map((_, at) => edges.filter((edge) => edge.to === at).length);
    choose(named < 0 ? suggested.indexOf(Math.max(...suggested)) : named, false);
  };
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const search = get("find-story");
  search.addEventListener("input", () => {
    const wanted = plain(search.value.trim());
    const found = wanted ? [...nodes.keys()].filter((at) => plain(title(at)).includes(wanted)).slice(0, most) : [];
    get("stories-found").replaceChildren(...found.map(button));
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") get("stories-found").querySelector("button")?.click();
  });
  nodes.forEach((node, at) => node.addEventListener("click", (event) => {
    event.preventDefault();
    if (!grip?.moved) choose(at, true);
  }));
  addEventListener("popstate", recall);
  get("neighbourhood").hidden = false;
  recall();
  pageTable(get("graph-table"), 25);

  const whole = { x: 0, y: 0, width: svg.viewBox.baseVal.width, height: svg.viewBox.baseVal.height };
  let view = { ...whole };
  const look = (next) => {
    const width = Math.min(whole.width, Math.max(whole.width / 8, next.width));
    const height = width * whole.height / whole.width;
    view = {
      width, height,
      x: Math.min(Math.max(next.x, 0), whole.width - width),
      y: Math.min(Math.max(next.y, 0), whole.height - height),
    };
    svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
    svg.classList.toggle("near", width < whole.width);
  };
  document.getElementById("graph-tools").hidden = false;
  document.querySelectorAll("[data-zoom]").forEach((button) => button.addEventListener("click", () => {
    const factor = Number(button.dataset.zoom);
    const width = factor ? view.width / factor : whole.width;
    look({ x: view.x + (view.width - width) / 2, y: view.y + (view.height - width * view.height / view.width) / 2, width });
  }));
  svg.addEventListener("pointerdown", (event) => {
    if (view.width < whole.width) grip = { x: event.clientX, y: event.clientY, view: { ...view }, moved: false };
  });
  addEventListener("pointermove", (event) => {
    if (!grip) return;
    const scale = view.width / svg.clientWidth;
    const dx = (event.clientX - grip.x) * scale;
    const dy = (event.clientY - grip.y) * scale;
    grip.moved ||= Math.hypot(dx, dy) > 4;
    if (grip.moved) look({ ...grip.view, x: grip.view.x - dx, y: grip.view.y - dy });
  });
  addEventListener("pointerup", () => { setTimeout(() => { grip = null; }); });
  svg.addEventListener("dragstart", (event) => event.preventDefault());
}

// A long table, some rows at a time.
function pageTable(table, size) {
  const get = (id) => document.getElementById(id);
  const rows = [...table.tBodies[0].rows];
  const pages = Math.ceil(rows.length / size);
  let page = 0;
  const turn = (by) => {
    page += by;
    rows.forEach((row, at) => { row.hidden = Math.floor(at / size) !== page; });
    get("turn").hidden = pages === 1;
    get("place").textContent = `Page ${page + 1} of ${pages}`;
    get("before").disabled = page === 0;
    get("after").disabled = page === pages - 1;
  };
  get("before").addEventListener("click", () => turn(-1));
  get("after").addEventListener("click", () => turn(1));
  turn(0);
}
