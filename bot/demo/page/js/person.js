/** Who this browser speaks for when the address does not say. */
import { ApiError, fetchBootstrap } from "./api.js";

const KEY = "attache.person";

function recall() {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

function remember(userId) {
  try {
    localStorage.setItem(KEY, userId);
  } catch {
    // A browser that keeps nothing starts as the workspace's first person next time.
  }
}

/**
 * What the page shows first: as the person asked for, else as who this browser was last, else as whom the server chooses.
 * @param {?string} asked
 */
export async function enter(asked) {
  let failure = new ApiError("user_not_found", 403);
  for (const userId of asked ? [asked] : [...new Set([recall(), ""])]) {
    try {
      const answer = await fetchBootstrap(userId);
      remember(answer.me.id);
      return answer;
    } catch (error) {
      failure = error;
      if (error.code !== "user_not_found") break;
    }
  }
  throw failure;
}
