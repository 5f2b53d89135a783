/** A card for the first visit: three stories to try. Gone for good once dismissed. */
import { h, icon } from "../dom.js";
import { state } from "../state.js";
import { plainNodes } from "../text/mrkdwn.js";

const KEY = "attache.welcome.dismissed";
const MAX_STORIES = 3;

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
    h("p", {}, `This is a workspace of your own to try ${state.app.name} in. You are ${state.me.name}${state.me.title ? `, ${state.me.title}` : ""}; be somebody else with the switch at the top. Three things to start with:`),
    h("div", { class: "welcome-stories" }, state.stories.slice(0, MAX_STORIES).map((story) => h("button", {
      type: "button", class: "story", data: { testid: "story" }, on: { click: () => onStory(story) },
    }, h("strong", {}, plainNodes(story.title)), h("code", {}, story.message)))));
  return card;
}

function dismiss() {
  try {
    localStorage.setItem(KEY, "yes");
  } catch {
    // A browser that keeps nothing shows the card again next time; that is all.
  }
}
