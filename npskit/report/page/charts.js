for (const figure of document.querySelectorAll("figure[data-chart]")) {
  const [picture, data] = figure.children;
  const spec = JSON.parse(data.textContent);
  const place = document.createElement("div");
  const options = { mode: "vega-lite", renderer: "svg", actions: false, defaultStyle: false, tooltip: { theme: "nps" } };
  vegaEmbed(place, spec, options).then(
    () => { picture.replaceWith(place); figure.dataset.chart = "drawn"; },
    (error) => { figure.dataset.chart = "failed"; console.error(error); },
  );
}
