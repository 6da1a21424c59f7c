// SPDX-License-Identifier: MIT
// What follows from an object that nobody changes, found out once.

/** The same function, which remembers its answers for as long as their objects live. */
export function remembered<Of extends object, Answer>(find: (of: Of) => Answer): (of: Of) => Answer {
  const known = new WeakMap<Of, Answer>();
  return (of) => {
    const answer = known.get(of) ?? find(of);
    known.set(of, answer);
    return answer;
  };
}
