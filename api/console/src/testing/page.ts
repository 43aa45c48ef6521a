/* What a browser has and jsdom lacks: antd asks how wide the screen is, which there is none of. */
const nothing = () => undefined;

function complete(page: Window & typeof globalThis): void {
  page.matchMedia = (media) => ({
    media,
    matches: false,
    onchange: null,
    addEventListener: nothing,
    removeEventListener: nothing,
    addListener: nothing,
    removeListener: nothing,
    dispatchEvent: () => false,
  });
  page.ResizeObserver = class {
    observe = nothing;
    unobserve = nothing;
    disconnect = nothing;
  };
  page.Element.prototype.scrollIntoView = nothing;
}

// Tests of the build have no page.
if ("window" in globalThis) complete(window);
