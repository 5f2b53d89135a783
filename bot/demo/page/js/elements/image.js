/** Images of this server. Any other, or one that can't be loaded, is replaced by its description and a link. */
import { h, icon } from "../dom.js";
import { localUrl, safeUrl } from "../text/links.js";

/** An image, or its alternative text when it is from elsewhere or dead. */
export function buildImage(element, className) {
  const given = element.image_url ?? element.slack_file?.url ?? element.url;
  const address = localUrl(given);
  const elsewhere = address ? null : safeUrl(given);
  const missing = () => h(elsewhere ? "a" : "span", {
    class: `${className} image-missing`,
    href: elsewhere,
    target: elsewhere ? "_blank" : null,
    rel: elsewhere ? "noopener noreferrer" : null,
  }, icon("file"), h("span", {}, element.alt_text || "Image"));
  if (!address) return missing();
  const image = h("img", { class: className, src: address, alt: element.alt_text ?? "", loading: "lazy", referrerpolicy: "no-referrer" });
  image.addEventListener("error", () => image.replaceWith(missing()), { once: true });
  return image;
}

export const renderThumbnail = (element) => buildImage(element, "thumbnail");
