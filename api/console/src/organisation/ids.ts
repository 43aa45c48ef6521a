/** What an id may be: chosen once, part of every address of evidence. */
export const ID_PATTERN = /^[a-z0-9][a-z0-9_-]{0,63}$/;
