// shop - one shop whose outbox is gone through, as a card: how that goes, and since when it does not.

import {h, say} from './dom.js';
import * as text from './text.js';
import {t} from './text.js';

const levels = {starting: 'warn', ok: 'good', blocked: 'bad', unreachable: 'bad'};

/** What keeps a shop's products from coming in; '' where nothing does. */
export const hindrance = (shop) =>
  levels[shop.state] === 'bad'
    ? t(`shop.${shop.state}`, {name: shop.name, words: text.said(shop.words), since: text.clock(shop.since)})
    : '';

export function shopCard() {
  const part = {name: h('h3'), badge: h('span', {class: 'badge'}), words: h('p', {class: 'words'})};
  const card = h('article', {class: 'card'}, h('header', {}, part.name, part.badge), part.words);
  card.parts = part;
  return card;
}

export function updateShop(card, shop, now) {
  const {parts: part} = card;
  const level = levels[shop.state];
  card.id = `shop-${shop.name}`;
  card.className = `card ${level}`;
  say(part.name, shop.name);
  say(part.badge, t(`badge.${shop.state}`));
  part.badge.className = `badge ${level}`;
  const read = shop.last_success ? t('shop.read', {time: text.since(shop.last_success, now)}) : t('shop.unread');
  say(part.words, `${hindrance(shop)} ${read}`.trim());
}
