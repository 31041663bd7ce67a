// Every explorer of a page, each from the payload beside it.
for (const place of document.querySelectorAll("[data-npskit-explorer]")) {
  const payload = JSON.parse(place.querySelector("script").textContent);
  const shown = document.createElement("div");
  place.append(shown);
  explorer.mount(shown, payload).then(
    (made) => {
      place.explorer = made;
      place.dataset.npskitExplorer = "ready";
      followLanguage(shown, payload);
    },
    (error) => {
      place.dataset.npskitExplorer = "failed";
      shown.textContent = place.dataset.failed;
      console.error(error);
    },
  );
}

// A page that is one explorer speaks its language in the tab and to screen readers too.
function followLanguage(shown, payload) {
  if (!shown.parentElement.matches("body > main > :only-child")) return;
  const follow = () => {
    document.documentElement.lang = shown.lang;
    document.title = payload.title || payload.words.explore_title[shown.lang] || document.title;
  };
  new MutationObserver(follow).observe(shown, { attributes: true, attributeFilter: ["lang"] });
  follow();
}
window.npskit = explorer;
