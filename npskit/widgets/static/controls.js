// Native controls with their labels, so that keyboard and screen reader work by themselves. User text is set as text.

const LONG_LIST = 12;

// A DOM element from a tag, attributes and children; texts are never read as markup.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && name !== "list" && name !== "form") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

let identities = 0;
const identity = (name) => `npskit-${name}-${++identities}`;

// A select with its label; options are pairs of value and text.
function chooser(title, options, onChange) {
  const id = identity("choice");
  const select = make("select", { id, onchange: () => onChange(select.value) });
  const label = make("label", { htmlFor: id, textContent: title });
  const offer = (pairs) =>
    select.replaceChildren(...pairs.map(([value, text]) => make("option", { value, textContent: text })));
  offer(options);
  return {
    element: make("div", { className: "nx-field" }, label, select),
    select,
    offer,
    set: (value) => (select.value = value),
  };
}

// A day among the days of a cube; the browser brings the calendar.
function dayField(title, days, onChange) {
  const id = identity("day");
  const input = make("input", { id, type: "date", min: days[0], max: days[days.length - 1] });
  input.addEventListener("change", () => {
    const place = days.indexOf(input.value);
    if (place >= 0) onChange(place);
  });
  const element = make("div", { className: "nx-field" }, make("label", { htmlFor: id, textContent: title }), input);
  return {
    element,
    set: (place) => {
      if (document.activeElement !== input) input.value = days[place];
    },
  };
}

function numberField(title, onChange) {
  const id = identity("number");
  const input = make("input", { id, type: "number", min: 0, max: 100000, step: 1, inputMode: "numeric" });
  input.addEventListener("change", () => {
    const value = Math.max(0, Math.round(Number(input.value)));
    if (value === value) onChange(value);
  });
  return {
    element: make("div", { className: "nx-field" }, make("label", { htmlFor: id, textContent: title }), input),
    set: (value) => {
      if (document.activeElement !== input) input.value = value;
    },
  };
}

// A list of levels to tick; long ones can be searched. None ticked is all of them.
function levelList(dimension, names, words, onChange, available) {
  const boxes = names.map((name, level) => {
    const box = make("input", { type: "checkbox", onchange: () => changed() });
    const count = make("span", { className: "nx-count" });
    const item = make(
      "li",
      {},
      make(
        "label",
        { title: name.length > 30 ? name : "" },
        box,
        make("span", { className: "nx-level", textContent: name }),
        count,
      ),
    );
    return { box, count, item, level, plain: name.toLocaleLowerCase() };
  });
  const list = make("ul", {}, ...boxes.map(({ item }) => item));
  const nothing = make("p", { className: "nx-quiet", textContent: words.word("explore_no_match"), hidden: true });
  const search = names.length > LONG_LIST ? searchField(words, dimension.title, (text) => filter(text)) : null;
  const state = make("span", { className: "nx-state" });
  const clear = make("button", {
    type: "button",
    className: "nx-link",
    textContent: words.word("explore_all"),
    onclick: () => onChange([]),
  });
  const heading = make("span", { className: "nx-name", textContent: dimension.title, title: dimension.question });
  const element = make(
    "details",
    { className: "nx-levels" },
    make("summary", {}, heading, state),
    search,
    list,
    nothing,
    clear,
  );
  list.setAttribute("role", "group");
  list.setAttribute("aria-label", dimension.title);
  element.addEventListener("toggle", () => counted());

  const changed = () => onChange(boxes.filter(({ box }) => box.checked).map(({ level }) => level));
  function filter(text) {
    const wanted = text.trim().toLocaleLowerCase();
    boxes.forEach(({ item, plain, box }) => (item.hidden = !(plain.includes(wanted) || box.checked)));
    nothing.hidden = boxes.some(({ item }) => !item.hidden);
  }
  // Responses beside each level, only where somebody looks.
  function counted() {
    if (!element.open) return;
    available().forEach((count, level) => (boxes[level].count.textContent = words.number(count)));
  }
  function set(places) {
    boxes.forEach(({ box, level }) => (box.checked = places.includes(level)));
    const all = !places.length;
    state.textContent = all
      ? words.word("explore_all")
      : words.word("explore_some", { k: words.number(places.length), all: words.number(names.length) });
    element.classList.toggle("nx-filtered", !all);
    clear.hidden = all;
  }
  return { element, set, counted };
}

function searchField(words, title, onInput) {
  const search = make("input", { type: "search", className: "nx-search", placeholder: words.word("explore_search") });
  search.setAttribute("aria-label", `${words.word("explore_search")} ${title}`);
  search.addEventListener("input", () => onInput(search.value));
  return search;
}

// A table with a caption for those who do not see it; rows are lists of texts, the first a heading of its row.
function fillTable(table, caption, heads, rows, faded) {
  const head = make(
    "tr",
    {},
    ...heads.map((text, at) => make("th", { scope: "col", textContent: text, className: at ? "" : "nx-first" })),
  );
  const body = rows.map((cells, row) =>
    make(
      "tr",
      { className: faded[row] ? "nx-faded" : "" },
      ...cells.map((text, at) =>
        make(at ? "td" : "th", { textContent: text, ...(at ? {} : { scope: "row", className: "nx-first" }) }),
      ),
    ),
  );
  table.replaceChildren(make("caption", { textContent: caption }), make("thead", {}, head), make("tbody", {}, ...body));
}
