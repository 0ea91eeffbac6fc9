for (const browser of document.querySelectorAll(".browser")) {
  const frames = browser.querySelectorAll(".frame");
  const slider = browser.querySelector("input");
  const output = browser.querySelector("output");
  const show = () => {
    frames.forEach((frame, index) => frame.classList.toggle("shown", index === Number(slider.value)));
    output.value = frames[slider.value].dataset.label;
  };
  slider.addEventListener("input", show);
  browser.querySelector(".frames").addEventListener("wheel", event => {
    if (!event.shiftKey) { return; }
    event.preventDefault();
    slider.valueAsNumber += Math.sign(event.deltaY || event.deltaX);
    show();
  }, { passive: false });
  browser.classList.add("live");
}
