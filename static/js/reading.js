/* What an anonymous reader has read, kept in this browser alone until they sign up. */

const KEY = "lectern-reading";
const MOST = 1000;

/* {slug: {heading, fraction, read, at}}; empty where storage is not allowed. */
export function reading() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

export function remember(slug, place) {
  const all = reading();
  all[slug] = { ...all[slug], ...place, at: Date.now() };
  const newest = Object.entries(all)
    .sort(([, a], [, b]) => b.at - a.at)
    .slice(0, MOST);
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(newest)));
  } catch {
    // storage is full or not allowed: reading goes on without it
  }
}

export function forget() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // nothing was kept then
  }
}
