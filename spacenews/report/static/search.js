// Search in the full text. The index lies in many small scripts, because a page that was opened from a disk may load
// scripts and nothing else; search.py writes them and divides a text into words in the same way.
"use strict";

const SEGMENT = 1000; // articles of a segment; this and the following as in search.py
const GROUPS = 128;
const CHUNK = 10;
const LETTERS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}";
const WORD = new RegExp(`[${LETTERS}]\\p{M}*|(?:(?![${LETTERS}])[\\p{L}\\p{N}]\\p{M}*)+`, "gu");

const arrived = new Map(); // by script: what it holds
function spacenewsText(number, texts) { arrived.set(`text-${number}`, texts); }
function spacenewsWords(name, words) { arrived.set(`words-${name}`, new Map(Object.entries(words))); }

const asked = new Map();
const load = (name) => {
  if (!asked.has(name)) asked.set(name, new Promise((done) => {
    const script = document.createElement("script");
    script.src = `search/${name}.js`;
    script.onload = script.onerror = () => { script.remove(); done(arrived.get(name) ?? null); };
    document.head.append(script);
  }));
  return asked.get(name);
};

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const wordsIn = (text) => [...text.matchAll(WORD)].map((found) => (
  { word: plain(found[0]), start: found.index, end: found.index + found[0].length })).filter(({ word }) => word);

// What was asked, as phrases of one word or more. A word may go on where it ends; in closed quotes it may not.
const phrasesOf = (query) => [...query.matchAll(/["“”]([^"“”]*)(["“”]?)|[^\s"“”]+/g)].map((found) => (
  { words: wordsIn(found[1] ?? found[0]).map(({ word }) => word), whole: Boolean(found[2]) }))
  .filter(({ words }) => words.length);
const fits = ({ words, whole }, at, word) => word === words[at] || (at === words.length - 1 && !whole && word.startsWith(words[at]));

const rangesOf = (phrases, text) => {
  const here = wordsIn(text);
  const found = [];
  phrases.forEach((phrase, kind) => here.forEach(({ start }, at) => {
    const end = here[at + phrase.words.length - 1]?.end;
    if (end && phrase.words.every((_, step) => fits(phrase, step, here[at + step].word))) found.push({ start, end, kind });
  }));
  return found.sort((one, other) => one.start - other.start || other.end - one.end);
};

const LONGEST = 240; // characters of a sentence that are shown
const sentences = (text) => text.split(/(?<=[.!?…]["”’)]*)\s+|(?<=[。！？])/u);
const shortened = (text, phrases) => {
  if (text.length <= LONGEST) return text;
  const first = rangesOf(phrases, text)[0]?.start ?? 0;
  const start = first < LONGEST / 2 ? 0 : text.indexOf(" ", first - LONGEST / 2) + 1;
  const end = start + LONGEST < text.length ? text.lastIndexOf(" ", start + LONGEST) : text.length;
  return `${start ? "… " : ""}${text.slice(start, end > first ? end : start + LONGEST)}${end < text.length ? " …" : ""}`;
};

// Calls visit(number of an article, list, start, end) for what the lists of the words that match say of each article.
const eachArticle = (group, matches, segment, visit) => {
  for (const [word, list] of group) {
    if (!matches(word)) continue;
    for (let at = 0; at < list.length; at += 2 + list[at + 1]) visit(segment * SEGMENT + list[at], list, at + 2, at + 2 + list[at + 1]);
  }
};
const countsOf = (group, matches, segment) => {
  const counts = new Map();
  eachArticle(group, matches, segment, (number, _, start, end) => counts.set(number, (counts.get(number) ?? 0) + end - start));
  return counts;
};
const placesOf = (group, matches, segment) => {
  const places = new Map();
  eachArticle(group, matches, segment, (number, list, start, end) => {
    if (!places.has(number)) places.set(number, new Set());
    for (let at = start; at < end; at++) places.get(number).add(list[at]);
  });
  return places;
};
const groupOf = (word) => {
  const [first, second] = [...word].map((letter) => letter.codePointAt(0));
  return (first * 31 + (second ?? 0)) % GROUPS;
};
const phraseIn = async (phrase, segment) => {
  const groups = await Promise.all(phrase.words.map((word) => load(`words-${segment}-${groupOf(word)}`)));
  if (groups.includes(null)) return null;
  const matches = (at) => (word) => fits(phrase, at, word);
  if (groups.length === 1) return countsOf(groups[0], matches(0), segment);
  const [first, ...rest] = groups.map((group, at) => placesOf(group, matches(at), segment));
  const counts = new Map();
  for (const [number, places] of first) {
    let many = 0;
    for (const place of places) if (rest.every((other, step) => other.get(number)?.has(place + step + 1))) many++;
    if (many) counts.set(number, many);
  }
  return counts;
};

// Search in the gallery's stories: what is found knows which story has it, how well, and marks it in texts.
function spacenewsSearch(stories) {
  const segments = [...Array(Math.ceil(stories.length / SEGMENT)).keys()];
  const named = (story) => story.named ??= ` ${wordsIn([...story.authors, ...story.topics, ...story.sections, ...story.site]
    .join(" ")).map(({ word }) => word).join(" ")} `;
  const everything = {
    has: () => true, score: () => 0, missing: false,
    mark: (element, text) => { element.textContent = text; },
    passage: async () => "",
  };

  const find = async (query) => {
    const phrases = phrasesOf(query);
    if (!phrases.length) return everything;
    const parts = await Promise.all(phrases.map(async (phrase) => {
      const found = await Promise.all(segments.map((segment) => phraseIn(phrase, segment)));
      return { ...phrase, missing: found.includes(null), counts: new Map(found.flatMap((one) => [...one ?? []])) };
    }));
    const inName = ({ words, whole }, story) => named(story).includes(` ${words.join(" ")}${whole ? " " : ""}`);
    const inTitle = (part, story) => rangesOf([part], story.title).length > 0;
    return {
      missing: parts.some(({ missing }) => missing),
      has: (story) => parts.every((part) => part.counts.has(story.number) || inName(part, story)),
      score: (story) => parts.reduce((sum, part) => sum // a word that few articles have says more, and in a title most
        + Math.log(1 + stories.length / (1 + part.counts.size)) * (Math.log1p(part.counts.get(story.number) ?? 0) + 3 * inTitle(part, story)), 0),
      mark: (element, text) => {
        const pieces = [];
        let done = 0;
        for (const { start, end } of rangesOf(phrases, text)) {
          if (start < done) continue;
          const hit = document.createElement("mark");
          hit.textContent = text.slice(start, end);
          pieces.push(text.slice(done, start), hit);
          done = end;
        }
        element.replaceChildren(...pieces, text.slice(done));
      },
      // The sentence that has the most of what was asked, the first of them; empty where title and summary say enough.
      passage: async (story) => {
        if (!parts.some((part) => part.counts.has(story.number))) return "";
        const chunk = await load(`text-${Math.floor(story.number / CHUNK)}`);
        const [, ...texts] = chunk?.[story.number % CHUNK] ?? [""]; // the title is shown anyway
        let best = { text: "", kinds: 0 };
        for (const text of texts.flatMap(sentences)) {
          const kinds = new Set(rangesOf(phrases, text).map(({ kind }) => kind)).size;
          if (kinds > best.kinds) best = { text, kinds };
        }
        return shortened(best.text, phrases);
      },
    };
  };
  return { everything, find };
}
