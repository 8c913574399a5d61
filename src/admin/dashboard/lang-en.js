// lang-en - English. A pair is [one, other], by {n}.

export default {
  // the frame
  'navigation': 'Pages', 'skip': 'Skip to the content', 'language': 'Language', 'loading': 'Loading…', 'close': 'Close', 'cancel': 'Cancel', 'stop': 'Stop',
  'more': 'Show more', 'ago': '{time} ago', 'perSecond': '{rate}/s', 'unit.d': 'd', 'unit.h': 'h', 'unit.min': 'min', 'unit.s': 's', 'unit.ms': 'ms',
  'navigation.overview': 'Overview', 'navigation.messages': 'Messages', 'navigation.dead': 'Dead letters', 'navigation.settings': 'Settings',
  'overview.title': 'Overview', 'messages.title': 'Messages', 'messages.one': 'Message', 'dead.title': 'Dead letters', 'settings.title': 'Settings',
  'problem.unreachable': 'productsync does not answer',
  'trouble.silent': 'productsync does not answer. What you see may be out of date.', 'trouble.answer': 'productsync answers: {words}.', 'trouble.again': 'Next try in {time}.',

  // logging in
  'login.title': 'Log in', 'login.button': 'Log in', 'logout': 'Log out', 'login.user': 'User', 'login.password': 'Password',
  'login.why': 'Changes need a login. What you were doing goes on afterwards.', 'login.needed': 'These pages need a login.',
  'login.wrong': 'User or password is wrong.', 'login.limited': ['Too many attempts. Try again in {n} second.', 'Too many attempts. Try again in {n} seconds.'],

  // overview: the verdict
  'verdict.label': 'Is everything arriving?',
  'verdict.good': 'Everything has arrived. Nothing is waiting.', 'verdict.busy': ['Everything is arriving. {n} message is on its way.', 'Everything is arriving. {n} messages are on their way.'],
  'verdict.warn': 'Something needs attention.', 'verdict.bad': 'Not everything is arriving.', 'verdict.nothing': 'Nothing is being delivered.',
  'verdict.empty': 'Ready. Nothing has been put into the queue yet.', 'verdict.done': ['{n} message delivered so far.', '{n} messages delivered so far.'],
  'verdict.first': 'Products come from the shop, over the API, or by hand:',

  // overview: what is wrong
  'problem.worker': 'No worker is running, so nothing is delivered. Start “productsync serve” or “productsync work”.',
  'problem.destination': '{name}: {words}', 'problem.waits': ['{n} message waits.', '{n} messages wait.'],
  'problem.settings': 'Check its settings', 'problem.look': 'Look at them', 'problem.limit': 'The limit', 'problem.which': 'Which ones?',
  'problem.dead': ['{n} dead letter at {name}: {cause}. The latest at {at}.', '{n} dead letters at {name}: {cause}. The latest at {at}.'],
  'problem.more': ['{n} more cause of dead letters.', '{n} more causes of dead letters.'],
  'problem.full': 'The queue of {name} is full: {n} of {most} messages. New products are refused until some are delivered.',
  'problem.nearlyFull': 'The queue of {name} is nearly full: {n} of {most} messages.',
  'problem.disk': 'The disk is full: {free} left for {path}. New products are refused; deliveries go on.', 'problem.diskSoon': 'The disk is nearly full: {free} left for {path}.',
  'problem.old': '{name}: the oldest message has been waiting for {age}.',
  'problem.orphan': ['{name} is no longer in the settings, and {n} message waits for it.', '{name} is no longer in the settings, and {n} messages wait for it.'],

  // overview: figures
  'figures.title': 'Figures', 'tile.in': 'Coming in', 'tile.out': 'Delivered', 'tile.backlog': 'Waiting', 'tile.oldest': 'Oldest waiting', 'tile.drain': 'Time to drain',
  'tile.success': 'Success rate', 'tile.latency': 'API latency', 'tile.total': 'From put to delivered',
  'tile.backlog.note': '{flight} in flight, {delayed} delayed', 'tile.success.note': 'of requests, last {time}', 'tile.latency.note': 'median; 95 %: {p95}, 99 %: {p99}',
  'oldest.none': 'none', 'oldest.note': 'since {at}', 'drain.none': 'nothing waits', 'drain.note': 'at the present rate', 'drain.unknown': 'not known', 'drain.until': 'goes on at {until}',
  'chart.says': '{name} over the last hour: now {now}, at most {top}',

  // destinations
  'destinations.title': 'Destinations', 'badge.ok': 'OK', 'badge.throttled': 'Throttled', 'badge.open': 'Down', 'badge.probing': 'On trial', 'badge.suspended': 'Suspended', 'badge.paused': 'Paused',
  'state.ok': 'Delivering.', 'state.well': 'Nothing waits for it.', 'state.idle': 'No worker delivers to it.', 'state.orphaned': 'No longer in the settings; its messages stay and wait.',
  'state.paused': 'Paused by hand since {since}.', 'state.paused.why': 'Paused by hand since {since}: {reason}.',
  'state.suspended': 'Suspended since {since}: {reason}. It stays so until its settings change or it is resumed.',
  'state.throttled': 'Paused until {until} because the API answered {reason}.',
  'state.open': 'It seems to be down. One delivery is tried at {until}.', 'state.open.why': 'It seems to be down: {reason}. One delivery is tried at {until}.',
  'state.probing': 'On trial: one delivery decides.', 'state.probing.why': 'On trial: one delivery decides. Last failure: {reason}.',
  'fact.ready': 'Ready', 'fact.in_flight': 'In flight', 'fact.delayed': 'Delayed', 'fact.dead': 'Dead', 'fact.done': 'Delivered', 'fact.rate': 'Rate', 'fact.requests': 'Requests',
  'fact.last_success': 'Last success', 'fact.of': '{n} of {most}',
  'destination.messages': 'Its messages', 'destination.pause': 'Pause', 'destination.resume': 'Resume', 'destination.try': 'Try now',
  'destination.pause.title': 'Pause {name}?', 'destination.pause.explain': 'Nothing is sent to it until it is resumed. Products go on being queued.', 'destination.pause.reason': 'Reason (for the others)',
  'destination.pause.done': '{name} is paused.', 'destination.resume.done': '{name} goes on.',

  // what the program says of failures, by its own words
  'said.name not found': 'name not found',
  'said.connection refused': 'connection refused',
  'said.connecting timed out': 'connecting timed out',
  'said.timed out': 'timed out',
  'said.TLS failed': 'TLS failed',
  'said.certificate not trusted': 'certificate not trusted',
  'said.connection lost': 'connection lost',
  'said.HTTP/2 stream error': 'HTTP/2 stream error',
  'said.the answer\'s header is larger than 64 KB': 'the answer’s header is larger than 64 KB',
  'said.not an HTTP answer': 'not an HTTP answer',
  'said.private address refused': 'private address refused',
  'said.proxy failed': 'proxy failed',
  'said.network error': 'network error',
  'said.stopped by us': 'stopped by us',
  'said.out of memory': 'out of memory',
  'said.too many open files': 'too many open files',
  'said.it refuses the credentials, HTTP 401 or 403': 'it refuses the credentials, HTTP 401 or 403',
  'said.it says that it is gone for good, HTTP 410': 'it says that it is gone for good, HTTP 410',
  'said.refused': '{n} different messages refused in a row, the last with {last}',
  'said.trial': 'the trial was refused too, with {last}',

  // messages
  'message.ready': 'Ready', 'message.in_flight': 'In flight', 'message.delayed': 'Delayed', 'message.dead': 'Dead', 'message.done': 'Delivered', 'message.discarded': 'Discarded', 'message.replaced': 'Replaced',
  'column.product': 'Product', 'column.state': 'State', 'column.destination': 'Destination', 'column.created': 'Put', 'column.tries': 'Requests', 'column.cause': 'Last failure',
  'search.product': 'Product', 'search.product.form': 'the number of a product', 'search.shop': 'Shop', 'search.shop.form': 'number or identity', 'search.any': 'any', 'search.button': 'Search', 'search.needsProduct': 'To search by shop, give a product too.',
  'shop.short': '(shop {shop})',
  'messages.found': ['{n} message.', '{n} messages.'], 'messages.first': 'The first {n} messages.', 'messages.none': 'No message fits.', 'messages.empty': 'There are no messages yet.',
  'message.title': 'Product {product}', 'message.others': 'All messages of this product',
  'fact.key': 'Idempotency key', 'fact.batch': 'Batch', 'fact.trace': 'Trace', 'fact.replaced_by': 'Replaced by',
  'payload.title': 'Payload', 'payload.gone': 'The payload is no longer kept.', 'answer.title': 'Answer of the API', 'answer.none': 'None yet.', 'cause.unknown': 'unknown',
  'life.title': 'Its life', 'life.put': 'Put into the queue', 'life.for': 'for {name}', 'life.try': 'Request {n}', 'life.accepted': 'answered {status}', 'life.counted': 'counts as a failed attempt',
  'life.answer': 'Answer', 'life.earlier': ['{n} earlier request is no longer recorded.', '{n} earlier requests are no longer recorded.'],
  'life.delayed': 'Is tried again then.', 'life.ready': 'Ready: it is sent as soon as its turn comes.', 'life.turn': 'Waits for an older message of the same product.', 'life.in_flight': 'Being sent now.',
  'life.done': 'Delivered', 'life.dead': 'Given up: a dead letter', 'life.discarded': 'Discarded', 'life.replaced': 'Replaced by a new message',
  'resend': 'Send again', 'resend.done': 'Announced anew, with the key {key}.',

  // dead letters
  'dead.none': 'There are no dead letters.', 'dead.total': ['{n} dead letter, {causes}.', '{n} dead letters, {causes}.'], 'dead.causes': ['of {n} cause', 'of {n} causes'],
  'dead.all': 'All causes', 'dead.gone': 'No dead letter has this cause (any more).', 'dead.retry': 'Retry', 'dead.discard': 'Discard', 'dead.retryAll': 'Retry all', 'dead.discardAll': 'Discard all',
  'dead.retryEvery': 'Retry every dead letter', 'dead.discardEvery': 'Discard every dead letter',
  'dead.retryThese': ['Retry it', 'Retry all {n}'], 'dead.discardThese': ['Discard it', 'Discard all {n}'], 'dead.retrySelected': 'Retry {n} selected', 'dead.discardSelected': 'Discard {n} selected',
  'dead.select': 'Select product {product}', 'dead.selectAll': 'Select those shown', 'dead.selected': ['{n} selected', '{n} selected'],
  'group.note': 'at {name}, from {from} to {to}', 'group.says': ['{n} dead letter at {name}, from {from} to {to}.', '{n} dead letters at {name}, from {from} to {to}.'],
  'letter.product': 'Product {product}', 'letter.tries': ['{n} request', '{n} requests'], 'letter.life': 'Its whole life',
  'bulk.retry.title': ['Retry {n} dead letter?', 'Retry {n} dead letters?'], 'bulk.retry.explain': ['It is sent again, with the same payload and key.', 'They are sent again, with the same payloads and keys.'], 'bulk.retry.button': ['Retry it', 'Retry {n}'],
  'bulk.discard.title': ['Discard {n} dead letter?', 'Discard {n} dead letters?'], 'bulk.discard.explain': ['It is never sent. This cannot be undone.', 'They are never sent. This cannot be undone.'], 'bulk.discard.button': ['Discard it', 'Discard {n}'],
  'bulk.retry.done': ['{n} dead letter is on its way again.', '{n} dead letters are on their way again.'], 'bulk.discard.done': ['{n} dead letter discarded.', '{n} dead letters discarded.'],
  'bulk.newer': ['{n} was left, because something newer of its product was delivered.', '{n} were left, because something newer of their products was delivered.'], 'bulk.missing': ['{n} was no dead letter any more.', '{n} were no dead letters any more.'],
  'bulk.progress': 'Progress', 'bulk.sofar': '{done} of {total}', 'bulk.options': 'Options', 'bulk.newKey': 'with new keys, as new messages', 'bulk.force': 'also where something newer was delivered meanwhile',
  'edit': 'Edit and retry', 'edit.title': 'Edit product {product}', 'edit.explain': 'The corrected payload becomes a new message with a new key; this one is marked as replaced.', 'edit.button': 'Send corrected', 'edit.done': 'Sent as a new message, with the key {key}.',

  // settings
  'settings.explain': 'What holds now, and where it comes from. Addresses, credentials and what guards them are changed in the configuration file alone.',
  'settings.find': 'Find', 'settings.only': 'only what is not the default', 'settings.found': ['{n} setting.', '{n} settings.'], 'settings.unset': 'not set', 'settings.secret': 'secret',
  'settings.change': 'Change {name}', 'settings.button': 'Change', 'settings.save': 'Save', 'settings.back': 'Undo the change made here', 'settings.changed': 'Changed: {what}', 'settings.same': 'Nothing changed.',
  'column.setting': 'Setting', 'column.value': 'Value', 'column.from': 'From',
  'from.default': 'default', 'from.shop': 'shop', 'from.file': 'file', 'from.dashboard': 'changed here', 'from.environment': 'environment', 'from.command line': 'command line',
};
