import type { Attachment } from "svelte/attachments";

/** Lets the keyboard into a box only while there is something to scroll. */
export const scrollable: Attachment<HTMLElement> = (element) => {
  const measure = () => {
    if (element.scrollHeight > element.clientHeight + 1) element.setAttribute("tabindex", "0");
    else element.removeAttribute("tabindex");
  };
  measure();
  if (typeof ResizeObserver === "undefined") return;
  const observer = new ResizeObserver(measure);
  observer.observe(element);
  return () => observer.disconnect();
};
