// Every explorer of a page, each from the payload beside it.
for (const place of document.querySelectorAll("[data-npskit-explorer]")) {
  const payload = JSON.parse(place.querySelector("script").textContent);
  const shown = document.createElement("div");
  place.append(shown);
  explorer.mount(shown, payload).then(
    (made) => {
      place.explorer = made;
      place.dataset.npskitExplorer = "ready";
    },
    (error) => {
      place.dataset.npskitExplorer = "failed";
      shown.textContent = place.dataset.failed;
      console.error(error);
    },
  );
}
window.npskit = explorer;
