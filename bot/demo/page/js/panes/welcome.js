/** A card for the first visit: stories to try. Gone for good once dismissed. */
import { h, icon } from "../dom.js";
import { state } from "../state.js";

const KEY = "attache.welcome.dismissed";

function isDismissed() {
  try {
    return localStorage.getItem(KEY) === "yes";
  } catch {
    return false;
  }
}

/** The card, or null when there is nothing to suggest or the person has seen enough of it. */
export function buildWelcome(onStory) {
  if (!state.stories.length || isDismissed()) return null;
  const card = h("section", { class: "welcome", "aria-label": "First steps", data: { testid: "welcome" } },
    h("div", { class: "welcome-head" },
      h("h2", {}, `Welcome to ${state.team.name}`),
      h("button", {
        type: "button", class: "icon-button", "aria-label": "Don't show this again", data: { testid: "welcome-dismiss" },
        on: { click: () => { dismiss(); card.remove(); } },
      }, icon("close"))),
    h("p", {}, `This is a workspace of your own to try ${state.app.name} in. You are ${state.me.name}${state.me.title ? `, ${state.me.title}` : ""}; be somebody else with the switch at the top. Stories to try:`),
    h("div", { class: "welcome-stories" }, state.stories.map((story) => buildStory(story, onStory))));
  return card;
}

function buildStory(story, onStory) {
  return h("button", { type: "button", class: "story", data: { testid: "story" }, on: { click: () => onStory(story) } },
    h("strong", {}, story.title),
    story.text && h("span", {}, story.text),
    story.draft && h("code", {}, story.draft));
}

function dismiss() {
  try {
    localStorage.setItem(KEY, "yes");
  } catch {
    // A browser that keeps nothing shows the card again next time; that is all.
  }
}
