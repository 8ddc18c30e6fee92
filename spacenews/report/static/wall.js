// The wall of pictures: filters and pages. pictures.js calls this with {shown, fields, names, rows}. Text is only set as text.
"use strict";

function spacenewsPictures(table) {
  const get = (id) => document.getElementById(id);
  const form = get("wall-filters");
  if (!form) return;
  const tiles = unpack(table);
  const shown = table.shown;
  let matches = tiles;
  let page = 0;

  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const wanted = () => Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
  const filter = (want) => {
    const words = plain(want.q ?? "").split(/\s+/).filter(Boolean);
    const credit = plain(want.credit ?? "");
    return (tile) => (!words.length || words.every((word) => plain(`${tile.caption} ${tile.title}`).includes(word)))
      && plain(tile.credit).includes(credit)
      && (!want.site || tile.site.includes(want.site))
      && (!want.state || (tile.state || "here") === want.state)
      && (!want.from || tile.date.slice(0, 10) >= want.from)
      && (!want.to || (tile.date && tile.date.slice(0, 10) <= want.to));
  };

  const make = (tile) => {
    const made = get("tile").content.firstElementChild.cloneNode(true);
    const part = (selector) => made.querySelector(selector);
    part(".shown").hidden = !tile.picture;
    part(".shown").href = part(".article").href = tile.page;
    part("img").alt = tile.caption || tile.title;
    if (tile.picture) part("img").src = tile.picture;
    part(".missing").hidden = !tile.state;
    part(".missing").textContent = tile.state.replaceAll("_", " ");
    part(".caption").textContent = tile.caption;
    part(".credit").textContent = tile.credit;
    part("time").textContent = day(tile.date);
    part(".article").textContent = tile.title;
    part(".original").hidden = !tile.original;
    part(".original").href = tile.original;
    part(".at-the-site").hidden = !/^https?:\/\//.test(tile.url);
    if (!part(".at-the-site").hidden) part(".at-the-site").href = tile.url;
    return made;
  };
  const show = () => {
    const pages = Math.max(1, Math.ceil(matches.length / shown));
    page = Math.min(Math.max(page, 0), pages - 1);
    get("wall").replaceChildren(...matches.slice(page * shown, (page + 1) * shown).map(make));
    get("none").hidden = matches.length > 0;
    get("turn").hidden = pages === 1;
    get("place").textContent = `Page ${page + 1} of ${pages}`;
    get("before").disabled = page === 0;
    get("after").disabled = page === pages - 1;
    get("found").textContent = matches === tiles ? "" : `${matches.length.toLocaleString("en")} of ${tiles.length.toLocaleString("en")} pictures`;
    get("clear").hidden = matches === tiles;
  };
  const look = () => {
    const want = wanted();
    matches = Object.keys(want).length ? tiles.filter(filter(want)) : tiles;
    show();
  };
  const remember = (push) => {
    const state = new URLSearchParams(wanted());
    if (page) state.set("page", page + 1);
    history[push ? "pushState" : "replaceState"](null, "", `#${state}`);
  };
  const recall = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    for (const field of form.elements) if (field.name) field.value = state.get(field.name) ?? "";
    page = (Number(state.get("page")) || 1) - 1;
    look();
  };
  let soon;
  const renew = () => { page = 0; look(); remember(false); };
  form.addEventListener("input", () => { clearTimeout(soon); soon = setTimeout(renew, 80); });
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
  recall();
}
