// The places of the explorer on the page.

// Below, controls stand above the views instead of beside them, folded.
const NARROW_PAGE = 860;

function headParts(words, payload, undo, reset) {
  const button = (key, onclick) => make("button", { type: "button", textContent: words.word(key), onclick });
  return {
    undo: button("explore_undo", undo),
    reset: button("explore_reset", reset),
    filtered: make("p", { className: "nx-filtered-by" }),
    score: make("p", { className: "nx-score" }),
    interval: make("p", { className: "nx-interval" }),
    size: make("p", { className: "nx-size" }),
    change: make("p", { className: "nx-change" }),
    strip: make("div", { className: "nx-strip" }),
  };
}

function cards(words, cube) {
  const code = make("code", {});
  const copy = make("button", { type: "button", textContent: words.word("explore_copy") });
  const title = (key) => make("h2", { textContent: words.word(key) });
  const place = (key) => {
    const holder = make("div", { className: "nx-picture" });
    holder.setAttribute("role", "img");
    holder.setAttribute("aria-label", words.word(key));
    return holder;
  };
  const dated = cube.date >= 0;
  const split = cube.dimensions.some(({ every }) => !every);
  const order = chooser(
    words.word("explore_order"),
    [
      ["given", words.word("explore_order_given")],
      ["score", words.word("explore_order_score")],
    ],
    () => undefined,
  );
  const parts = {
    trendPlace: place("explore_trend_title"),
    trendTable: folded(words.word("explore_table")),
    splitPlace: split ? place("explore_split") : null,
    splitTitle: make("h2", {}),
    splitHint: make("p", { className: "nx-quiet" }),
    splitMore: make("p", { className: "nx-quiet nx-more", hidden: true }),
    splitTable: folded(words.word("explore_table")),
    ratingsPlace: place("explore_ratings_title"),
    order,
    code,
    copy,
  };
  parts.splitScroll = make("div", { className: "nx-scroll", tabIndex: -1 }, parts.splitPlace || "");
  parts.trendCard = make(
    "section",
    { className: "nx-card nx-trend" },
    title("explore_trend_title"),
    ...(dated
      ? [
          make("p", { className: "nx-quiet", textContent: words.word("explore_brush_hint") }),
          parts.trendPlace,
          parts.trendTable.details,
        ]
      : [make("p", { className: "nx-quiet", textContent: words.word("explore_no_dates") })]),
  );
  parts.splitCard = make(
    "section",
    { className: "nx-card nx-split" },
    make("div", { className: "nx-row" }, parts.splitTitle, split ? order.element : ""),
    ...(split
      ? [parts.splitHint, parts.splitScroll, parts.splitMore, parts.splitTable.details]
      : [make("p", { className: "nx-quiet", textContent: words.word("explore_no_columns") })]),
  );
  if (!split) parts.splitTitle.textContent = words.word("explore_split");
  parts.ratingsCard = make(
    "section",
    { className: "nx-card nx-ratings" },
    title("explore_ratings_title"),
    parts.ratingsPlace,
  );
  parts.codeCard = make(
    "section",
    { className: "nx-card nx-code" },
    make("div", { className: "nx-row" }, title("explore_code"), copy),
    make("pre", {}, code),
  );
  return parts;
}

function folded(text) {
  const table = make("table", {});
  return {
    table,
    details: make(
      "details",
      { className: "nx-table" },
      make("summary", { textContent: text }),
      make("div", { className: "nx-wide" }, table),
    ),
  };
}

function layOut(element, parts, payload, words) {
  const title = payload.title ? make("h1", { textContent: payload.title }) : null;
  const head = make(
    "section",
    { className: "nx-card nx-head" },
    parts.filtered,
    make("div", { className: "nx-figures" }, parts.score, make("div", {}, parts.interval, parts.size, parts.change)),
    parts.strip,
  );
  parts.filtered.setAttribute("role", "status");
  const side = make(
    "div",
    { className: "nx-side" },
    make("div", { className: "nx-buttons" }, parts.undo, parts.reset),
    parts.panel.filters,
    parts.panel.options,
  );
  const notes = (payload.notes || []).map((note) =>
    make("p", { textContent: typeof note === "string" ? note : note[words.lang] }),
  );
  const views = make(
    "div",
    { className: "nx-views" },
    head,
    parts.trendCard,
    make("div", { className: "nx-two" }, parts.splitCard, parts.ratingsCard),
    parts.codeCard,
    notes.length ? make("div", { className: "nx-notes" }, ...notes) : "",
  );
  parts.body = make("div", { className: "nx-body" }, side, views);
  element.classList.add("npskit-explorer");
  element.replaceChildren(...(title ? [title] : []), parts.body);
  fold(element, parts);
}

// Controls fold away when the page becomes narrow and come back when it is wide; else they stay as somebody left them.
function fold(element, parts) {
  const wide = element.clientWidth >= NARROW_PAGE;
  if (wide === parts.wide) return;
  parts.wide = wide;
  [parts.panel.filters, parts.panel.options].forEach((details) => (details.open = wide));
}

// How many rows of a long list are seen at once, and that the keyboard can reach the others.
function showMore({ splitScroll, splitMore }, shown, title, words) {
  const scrolls = splitScroll.scrollHeight > splitScroll.clientHeight + 1;
  splitMore.hidden = !scrolls;
  splitScroll.classList.toggle("nx-scrolls", scrolls);
  splitScroll.tabIndex = scrolls ? 0 : -1;
  if (!scrolls) return ["role", "aria-label"].forEach((name) => splitScroll.removeAttribute(name));
  splitScroll.setAttribute("role", "region");
  splitScroll.setAttribute("aria-label", title);
  const axis = splitScroll.scrollHeight - shown * ROW;
  const seen = Math.round((splitScroll.clientHeight - axis) / ROW);
  splitMore.textContent = words.word("explore_scroll", { shown: words.number(seen), k: words.number(shown) });
}

function showHeadline(parts, found, state, answers, cube, words) {
  const places = found.upper - found.lower > 0 && found.upper - found.lower < 1 ? 1 : 0;
  parts.score.textContent = words.points(found.score, places);
  parts.interval.textContent = headlineText(found, state, words);
  parts.size.textContent =
    found.responses && !found.enough
      ? `${words.responses(found.responses)} · ${words.word("explore_few", { n: words.number(state.min_responses) })}`
      : words.responses(found.responses);
  parts.change.textContent = changeText(found, state, answers, cube, words);
  parts.score.classList.toggle("nx-faded", !found.enough);
  showStrip(parts.strip, found, words);
}

// The three shares side by side, each in its colour with its figure.
function showStrip(strip, found, words) {
  if (!strip.children.length)
    strip.append(
      ...["detractors", "passives", "promoters"].map((name) =>
        make("span", { className: `nx-${name}` }, make("b", {}), make("i", {})),
      ),
    );
  ["detractors", "passives", "promoters"].forEach((name, at) => {
    const share = found.responses ? found[name] / found.responses : 0;
    const part = strip.children[at];
    part.style.flexGrow = share;
    part.hidden = !share;
    part.children[0].textContent = share >= 0.05 ? words.share(share) : "";
    part.children[1].textContent = share >= 0.2 ? words.word(name) : "";
    part.title = `${words.word(name)} ${words.share(share)}`;
    // A narrow part has no room for its word, which is told all the same.
    part.setAttribute("role", "img");
    part.setAttribute("aria-label", part.title);
  });
}
