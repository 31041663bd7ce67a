// The explorer as a widget: the model's state is the host, and a new payload mounts it anew.

async function render({ model, el }) {
  let made = null;
  let turn = 0;
  const listeners = new Set();
  const heard = () => listeners.forEach((listener) => listener(model.get("state")));

  async function mount() {
    const own = ++turn;
    if (made) made.close();
    made = null;
    listeners.clear();
    const place = document.createElement("div");
    el.replaceChildren(place);
    const host = {
      state: model.get("state"),
      onState: (listener) => listeners.add(listener),
      setState: (state, final) => {
        model.set("state", { ...state, moving: !final });
        model.save_changes();
      },
    };
    const found = await explorer.mount(place, model.get("payload"), host);
    if (own !== turn) return found.close();
    made = place.explorer = found;
  }
  model.on("change:state", heard);
  model.on("change:payload", mount);
  await mount();
  return () => {
    turn++;
    model.off("change:state", heard);
    model.off("change:payload", mount);
    if (made) made.close();
  };
}
export default { render };
