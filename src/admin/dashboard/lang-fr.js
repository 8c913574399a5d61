// lang-fr - français. A pair is [one, other], by {n}.

export default {
  // the frame
  'navigation': 'Pages', 'skip': 'Aller au contenu', 'language': 'Langue', 'loading': 'Chargement…', 'close': 'Fermer', 'cancel': 'Annuler', 'stop': 'Arrêter',
  'more': 'Afficher plus', 'ago': 'il y a {time}', 'perSecond': '{rate}/s', 'unit.d': 'j', 'unit.h': 'h', 'unit.min': 'min', 'unit.s': 's', 'unit.ms': 'ms',
  'navigation.overview': 'Synthèse', 'navigation.messages': 'Messages', 'navigation.dead': 'Échecs', 'navigation.settings': 'Réglages',
  'overview.title': 'Synthèse', 'messages.title': 'Messages', 'messages.one': 'Message', 'dead.title': 'Messages en échec', 'settings.title': 'Réglages',
  'problem.unreachable': 'productsync ne répond pas',
  'trouble.silent': 'productsync ne répond pas. Ce qui est affiché n’est peut-être plus à jour.', 'trouble.answer': 'productsync répond : {words}.', 'trouble.again': 'Nouvel essai dans {time}.',

  // logging in
  'login.title': 'Connexion', 'login.button': 'Se connecter', 'logout': 'Se déconnecter', 'login.user': 'Utilisateur', 'login.password': 'Mot de passe',
  'login.why': 'Toute modification demande une connexion. Votre action se poursuivra ensuite.', 'login.needed': 'Ces pages demandent une connexion.',
  'login.wrong': 'Utilisateur ou mot de passe incorrect.', 'login.limited': ['Trop d’essais. Réessayez dans {n} seconde.', 'Trop d’essais. Réessayez dans {n} secondes.'],

  // overview: the verdict
  'verdict.label': 'Tout arrive-t-il ?',
  'verdict.good': 'Tout est arrivé. Rien n’attend.', 'verdict.busy': ['Tout arrive. {n} message est en route.', 'Tout arrive. {n} messages sont en route.'],
  'verdict.warn': 'Un point demande votre attention.', 'verdict.bad': 'Tout n’arrive pas.', 'verdict.nothing': 'Rien n’est livré.',
  'verdict.empty': 'Prêt. Rien n’a encore été mis en file.', 'verdict.done': ['{n} message livré jusqu’ici.', '{n} messages livrés jusqu’ici.'],
  'verdict.first': 'Les produits viennent de la boutique, par l’API, ou à la main :',

  // overview: what is wrong
  'problem.worker': 'Aucun processus ne livre. Lancez « productsync serve » ou « productsync work ».',
  'problem.destination': '{name} : {words}', 'problem.waits': ['{n} message attend.', '{n} messages attendent.'],
  'problem.settings': 'Vérifier ses réglages', 'problem.look': 'Les examiner', 'problem.limit': 'La limite', 'problem.which': 'Lesquels ?',
  'problem.dead': ['{n} message en échec pour {name} : {cause}. Le dernier à {at}.', '{n} messages en échec pour {name} : {cause}. Le dernier à {at}.'],
  'problem.more': ['{n} autre cause d’échec.', '{n} autres causes d’échec.'],
  'problem.full': 'La file de {name} est pleine : {n} messages sur {most}. Les nouveaux produits sont refusés jusqu’à ce que certains soient livrés.',
  'problem.nearlyFull': 'La file de {name} est presque pleine : {n} messages sur {most}.',
  'problem.disk': 'Le disque est plein : il reste {free} pour {path}. Les nouveaux produits sont refusés ; les livraisons continuent.', 'problem.diskSoon': 'Le disque est presque plein : il reste {free} pour {path}.',
  'problem.old': '{name} : le plus ancien message attend depuis {age}.',
  'problem.orphan': ['{name} n’est plus dans les réglages, et {n} message l’attend.', '{name} n’est plus dans les réglages, et {n} messages l’attendent.'],

  // overview: figures
  'figures.title': 'Chiffres', 'tile.in': 'Entrées', 'tile.out': 'Livraisons', 'tile.backlog': 'En attente', 'tile.oldest': 'Attente la plus longue', 'tile.drain': 'Temps restant',
  'tile.success': 'Taux de réussite', 'tile.latency': 'Latence de l’API', 'tile.total': 'De l’entrée à la livraison',
  'tile.backlog.note': 'en envoi : {flight} · différés : {delayed}', 'tile.success.note': 'des requêtes, {time} écoulées', 'tile.latency.note': 'médiane ; 95 % : {p95}, 99 % : {p99}',
  'oldest.none': 'aucune', 'oldest.note': 'depuis {at}', 'drain.none': 'rien n’attend', 'drain.note': 'au rythme actuel', 'drain.unknown': 'inconnu', 'drain.until': 'reprise à {until}',
  'chart.says': '{name} sur la dernière heure : {now} maintenant, {top} au plus',

  // destinations
  'destinations.title': 'Destinations', 'badge.ok': 'OK', 'badge.throttled': 'Ralentie', 'badge.open': 'Hors service', 'badge.probing': 'À l’essai', 'badge.suspended': 'Suspendue', 'badge.paused': 'En pause',
  'state.ok': 'Livraison en cours.', 'state.well': 'Rien ne l’attend.', 'state.idle': 'Aucun processus ne lui livre.', 'state.orphaned': 'N’est plus dans les réglages ; ses messages restent en attente.',
  'state.paused': 'Mise en pause à la main, depuis {since}.', 'state.paused.why': 'Mise en pause à la main, depuis {since} : {reason}.',
  'state.suspended': 'Suspendue depuis {since} : {reason}. Elle le reste jusqu’à un changement de ses réglages ou une reprise.',
  'state.throttled': 'En pause jusqu’à {until} car l’API a répondu {reason}.',
  'state.open': 'Elle semble hors service. Une livraison sera tentée à {until}.', 'state.open.why': 'Elle semble hors service : {reason}. Une livraison sera tentée à {until}.',
  'state.probing': 'À l’essai : une livraison décide.', 'state.probing.why': 'À l’essai : une livraison décide. Dernier échec : {reason}.',
  'fact.ready': 'Prêts', 'fact.in_flight': 'En envoi', 'fact.delayed': 'Différés', 'fact.dead': 'En échec', 'fact.done': 'Livrés', 'fact.rate': 'Débit', 'fact.requests': 'Requêtes',
  'fact.last_success': 'Dernier succès', 'fact.of': '{n} sur {most}',
  'destination.messages': 'Ses messages', 'destination.pause': 'Mettre en pause', 'destination.resume': 'Reprendre', 'destination.try': 'Essayer maintenant',
  'destination.pause.title': 'Mettre {name} en pause ?', 'destination.pause.explain': 'Rien ne lui est envoyé avant la reprise. Les produits continuent d’être mis en file.', 'destination.pause.reason': 'Raison (pour les autres)',
  'destination.pause.done': '{name} est en pause.', 'destination.resume.done': '{name} reprend.',

  // what the program says of failures, by its own words
  'said.name not found': 'nom introuvable',
  'said.connection refused': 'connexion refusée',
  'said.connecting timed out': 'délai de connexion dépassé',
  'said.timed out': 'délai de réponse dépassé',
  'said.TLS failed': 'échec TLS',
  'said.certificate not trusted': 'certificat non reconnu',
  'said.connection lost': 'connexion perdue',
  'said.HTTP/2 stream error': 'erreur de flux HTTP/2',
  'said.the answer\'s header is larger than 64 KB': 'l’en-tête de la réponse dépasse 64 Ko',
  'said.not an HTTP answer': 'la réponse n’est pas du HTTP',
  'said.private address refused': 'adresse privée refusée',
  'said.proxy failed': 'échec du proxy',
  'said.network error': 'erreur réseau',
  'said.stopped by us': 'arrêté par nous',
  'said.out of memory': 'mémoire insuffisante',
  'said.too many open files': 'trop de fichiers ouverts',
  'said.it refuses the credentials, HTTP 401 or 403': 'elle refuse les identifiants, HTTP 401 ou 403',
  'said.it says that it is gone for good, HTTP 410': 'elle dit avoir disparu pour de bon, HTTP 410',
  'said.refused': '{n} messages différents refusés de suite, le dernier avec {last}',
  'said.trial': 'l’essai a été refusé aussi, avec {last}',

  // messages
  'message.ready': 'Prêt', 'message.in_flight': 'En envoi', 'message.delayed': 'Différé', 'message.dead': 'En échec', 'message.done': 'Livré', 'message.discarded': 'Abandonné', 'message.replaced': 'Remplacé',
  'column.product': 'Produit', 'column.state': 'État', 'column.destination': 'Destination', 'column.created': 'Entrée', 'column.tries': 'Requêtes', 'column.cause': 'Dernier échec',
  'search.product': 'Produit', 'search.product.form': 'le numéro d’un produit', 'search.shop': 'Boutique', 'search.shop.form': 'numéro ou identité', 'search.any': 'toutes', 'search.button': 'Chercher', 'search.needsProduct': 'Pour chercher par boutique, indiquez aussi un produit.',
  'shop.short': '(boutique {shop})',
  'messages.found': ['{n} message.', '{n} messages.'], 'messages.first': 'Les {n} premiers messages.', 'messages.none': 'Aucun message ne correspond.', 'messages.empty': 'Il n’y a pas encore de messages.',
  'message.title': 'Produit {product}', 'message.others': 'Tous les messages de ce produit',
  'fact.key': 'Clé d’idempotence', 'fact.batch': 'Lot', 'fact.trace': 'Trace', 'fact.replaced_by': 'Remplacé par',
  'payload.title': 'Contenu', 'payload.gone': 'Le contenu n’est plus conservé.', 'answer.title': 'Réponse de l’API', 'answer.none': 'Aucune pour l’instant.', 'cause.unknown': 'inconnue',
  'life.title': 'Son parcours', 'life.put': 'Mis en file', 'life.for': 'pour {name}', 'life.try': 'Requête {n}', 'life.accepted': 'réponse {status}', 'life.counted': 'compte comme un échec',
  'life.answer': 'Réponse', 'life.earlier': ['{n} requête plus ancienne n’est plus conservée.', '{n} requêtes plus anciennes ne sont plus conservées.'],
  'life.delayed': 'Nouvel essai à ce moment.', 'life.ready': 'Prêt : envoyé dès que vient son tour.', 'life.turn': 'Attend un message plus ancien du même produit.', 'life.in_flight': 'En cours d’envoi.',
  'life.done': 'Livré', 'life.dead': 'En échec définitif', 'life.discarded': 'Abandonné', 'life.replaced': 'Remplacé par un nouveau message',
  'resend': 'Envoyer de nouveau', 'resend.done': 'Annoncé de nouveau, avec la clé {key}.',

  // dead letters
  'dead.none': 'Aucun message en échec.', 'dead.total': ['{n} message en échec, {causes}.', '{n} messages en échec, {causes}.'], 'dead.causes': ['{n} cause', '{n} causes'],
  'dead.all': 'Toutes les causes', 'dead.gone': 'Aucun message en échec n’a (plus) cette cause.', 'dead.retry': 'Réessayer', 'dead.discard': 'Abandonner', 'dead.retryAll': 'Tout réessayer', 'dead.discardAll': 'Tout abandonner',
  'dead.retryEvery': 'Réessayer tous les messages en échec', 'dead.discardEvery': 'Abandonner tous les messages en échec',
  'dead.retryThese': ['Réessayer', 'Réessayer les {n}'], 'dead.discardThese': ['Abandonner', 'Abandonner les {n}'], 'dead.retrySelected': 'Réessayer la sélection ({n})', 'dead.discardSelected': 'Abandonner la sélection ({n})',
  'dead.select': 'Sélectionner le produit {product}', 'dead.selectAll': 'Sélectionner ceux affichés', 'dead.selected': ['{n} sélectionné', '{n} sélectionnés'],
  'group.note': 'pour {name}, de {from} à {to}', 'group.says': ['{n} message en échec pour {name}, de {from} à {to}.', '{n} messages en échec pour {name}, de {from} à {to}.'],
  'letter.product': 'Produit {product}', 'letter.tries': ['{n} requête', '{n} requêtes'], 'letter.life': 'Tout son parcours',
  'bulk.retry.title': ['Réessayer {n} message en échec ?', 'Réessayer {n} messages en échec ?'], 'bulk.retry.explain': ['Il est envoyé de nouveau, avec le même contenu et la même clé.', 'Ils sont envoyés de nouveau, avec les mêmes contenus et les mêmes clés.'], 'bulk.retry.button': ['Réessayer', 'Réessayer les {n}'],
  'bulk.discard.title': ['Abandonner {n} message en échec ?', 'Abandonner {n} messages en échec ?'], 'bulk.discard.explain': ['Il ne sera jamais envoyé. C’est irréversible.', 'Ils ne seront jamais envoyés. C’est irréversible.'], 'bulk.discard.button': ['Abandonner', 'Abandonner les {n}'],
  'bulk.retry.done': ['{n} message en échec est de nouveau en route.', '{n} messages en échec sont de nouveau en route.'], 'bulk.discard.done': ['{n} message en échec abandonné.', '{n} messages en échec abandonnés.'],
  'bulk.newer': ['{n} est resté, car une version plus récente de son produit a été livrée.', '{n} sont restés, car une version plus récente de leur produit a été livrée.'], 'bulk.missing': ['{n} n’était plus en échec.', '{n} n’étaient plus en échec.'],
  'bulk.progress': 'Progression', 'bulk.sofar': '{done} sur {total}', 'bulk.options': 'Options', 'bulk.newKey': 'avec de nouvelles clés, comme nouveaux messages', 'bulk.force': 'même si une version plus récente a été livrée entre-temps',
  'edit': 'Corriger et réessayer', 'edit.title': 'Corriger le produit {product}', 'edit.explain': 'Le contenu corrigé devient un nouveau message avec une nouvelle clé ; celui-ci est marqué comme remplacé.', 'edit.button': 'Envoyer corrigé', 'edit.done': 'Envoyé comme nouveau message, avec la clé {key}.',

  // settings
  'settings.explain': 'Ce qui est en vigueur, et d’où cela vient. Les adresses, les accès et ce qui les protège se changent uniquement dans le fichier de configuration.',
  'settings.find': 'Chercher', 'settings.only': 'seulement ce qui diffère du défaut', 'settings.found': ['{n} réglage.', '{n} réglages.'], 'settings.unset': 'non défini', 'settings.secret': 'secret',
  'settings.change': 'Modifier {name}', 'settings.button': 'Modifier', 'settings.save': 'Enregistrer', 'settings.back': 'Annuler la modification faite ici', 'settings.changed': 'Modifié : {what}', 'settings.same': 'Rien n’a changé.',
  'column.setting': 'Réglage', 'column.value': 'Valeur', 'column.from': 'Origine',
  'from.default': 'défaut', 'from.shop': 'boutique', 'from.file': 'fichier', 'from.dashboard': 'modifié ici', 'from.environment': 'environnement', 'from.command line': 'ligne de commande',
};
