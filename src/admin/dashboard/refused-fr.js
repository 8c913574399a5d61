// refused-fr - ce que l'API dit en refusant. The API's problems in French, by their English; {parts} are carried over,
// and a {kind} is one of the kinds below.

export const problems = {
  // titles, where there is no more to say
  'Not the host that was asked for': 'Ce n’est pas l’hôte demandé',
  'Not this way': 'Pas par ce chemin',
  'Too many requests': 'Trop de requêtes',
  'Who are you?': 'Qui êtes-vous ?',
  'Not allowed': 'Non autorisé',
  'Not from our own page': 'Ne vient pas de notre page',
  'Not to be changed here': 'Ne se modifie pas ici',
  'The settings are wrong': 'Les réglages sont incorrects',
  'The settings cannot be stored': 'Les réglages ne peuvent pas être enregistrés',
  'Not now': 'Pas maintenant',
  'Nothing can be changed now': 'Rien ne peut être modifié pour l’instant',
  'Too much at once': 'Trop de choses à la fois',
  'Too many requests at once': 'Trop de requêtes à la fois',
  'Too many log in at once': 'Trop de connexions à la fois',
  'Too many wrong passwords': 'Trop de mots de passe incorrects',
  'Wrong name or password': 'Utilisateur ou mot de passe incorrect',
  'Not that type': 'Mauvais type de contenu',
  'The process is about to stop': 'Le processus va s’arrêter',
  'The answer would be too long': 'La réponse serait trop longue',
  'Out of memory': 'Mémoire insuffisante',
  'out of memory': 'mémoire insuffisante',
  'Storage failed': 'Échec du stockage',
  'The queue is handed over to another process': 'La file passe à un autre processus',
  "The queue's driver cannot do that": 'Le pilote de la file ne sait pas faire cela',
  'No such thing': 'Introuvable',
  'Not in this state': 'Impossible dans cet état',
  'The product is refused': 'Le produit est refusé',
  'It cannot be stored': 'Impossible à enregistrer',
  'The request is wrong': 'La requête est incorrecte',
  'The request target is malformed': 'L’adresse demandée est mal formée',
  'No such resource': 'Ressource inconnue',
  'The resource does not have this method': 'Cette ressource ne connaît pas cette méthode',
  'The body has more than one length': 'Le corps a plus d’une longueur',
  'The body is too large': 'Le corps est trop grand',
  'The header is too large': 'L’en-tête est trop grand',

  // who may do what
  'the name in the header Host is not one of ours; serve.hosts lists those that count':
    'le nom de l’en-tête Host n’est pas un des nôtres ; serve.hosts donne la liste de ceux qui comptent',
  'requests come directly, or through the proxy that serve.proxy names, not both':
    'les requêtes viennent directement, ou par le proxy que nomme serve.proxy, pas les deux',
  'the proxy in front took this request without TLS': 'le proxy placé devant a reçu cette requête sans TLS',
  'this client is beyond its limit': 'ce client dépasse sa limite',
  'this needs a login, or an API token as Authorization: Bearer':
    'cela demande une connexion, ou un jeton d’API par Authorization: Bearer',
  'this user or token has not the scope for it': 'cet utilisateur ou ce jeton n’en a pas le droit',
  'a change with a cookie needs X-CSRF-Token, and comes from this very site':
    'une modification avec un cookie demande X-CSRF-Token et doit venir de ce site même',
  'Retry-After says in how many seconds to try again': 'Retry-After dit dans combien de secondes réessayer',
  'name or password is too long, or no text': 'l’utilisateur ou le mot de passe est trop long, ou n’est pas un texte',

  // what was asked
  'expected application/json': 'il faut application/json',
  'ask for fewer at a time': 'demandez-en moins à la fois',
  'at most {n} bytes are taken': 'au plus {n} octets sont acceptés',
  'the body must be a JSON object': 'le corps doit être un objet JSON',
  'there is no member "{name}" here': 'il n’y a pas ici de membre « {name} »',
  '"{name}" must be {kind}': '« {name} » doit être {kind}',
  '"{name}" must not have a NUL in it': '« {name} » ne doit pas contenir de NUL',
  '"{name}" is missing': '« {name} » manque',
  '{word} must be a whole number from {min} to {max}': '{word} doit être un nombre entier de {min} à {max}',
  'there is no state "{state}"': 'il n’y a pas d’état « {state} »',
  'that is no cursor of ours': 'ce curseur n’est pas un des nôtres',
  '"shop" goes with "product"': '« shop » va avec « product »',
  'there is no such message': 'ce message n’existe pas',
  'there is no message {word}': 'il n’y a pas de message {word}',
  'there is no destination {word}': 'il n’y a pas de destination {word}',
  "{name} is held by its shop ({kind}): answer or end that on the module's page in the shop; --force delivers nevertheless":
    '{name} est retenue par sa boutique ({kind}) : répondez-y ou mettez-y fin sur la page du module, dans la boutique ; --force envoie quand même',
  "{name} is no longer paused by hand, but held by its shop ({kind}): answer or end that on the module's page in the shop; --force delivers nevertheless":
    '{name} n’est plus en pause à la main, mais retenue par sa boutique ({kind}) : répondez-y ou mettez-y fin sur la page du module, dans la boutique ; --force envoie quand même',
  "{name} is held by its shop ({kind}), {n} more too: answer or end that on the module's page in the shop; --force delivers nevertheless":
    '{name} est retenue par sa boutique ({kind}), {n} autres aussi : répondez-y ou mettez-y fin sur la page du module, dans la boutique ; --force envoie quand même',
  '"reason" may have at most {n} bytes': '« reason » a au plus {n} octets',
  'the driver {name} keeps no history': 'le pilote {name} ne garde pas d’historique',
  'the process is about to stop': 'le processus va s’arrêter',

  // dead letters
  '"ids" must have 1 to {n} of them': '« ids » doit en avoir de 1 à {n}',
  '"ids" must be the texts that lists call "id"': '« ids » doit contenir les textes que les listes appellent « id »',
  'say which: exactly one of "ids", "group" and "all": true':
    'dites lesquels : exactement un de « ids », « group » et « all » : true',
  '"ids" go without "destination" and "cursor"': '« ids » va sans « destination » ni « cursor »',
  '"limit" must be from 1 to {n}': '« limit » doit aller de 1 à {n}',
  'no dead letter has the cause {cause}': 'aucun message en échec n’a la cause {cause}',
  'there is no such dead letter': 'ce message en échec n’existe pas',
  'there is no dead letter {word}': 'il n’y a pas de message en échec {word}',
  'there must be one product in the body': 'le contenu doit être un seul produit',
  'there is no product in the body': 'le contenu n’a pas de produit',
  'the dead letter is of product {product}, not of {other}':
    'le message en échec est du produit {product}, pas du produit {other}',
  'message {id} is forgotten meanwhile': 'le message {id} a été oublié entre-temps',
  'the payload of message {id} is not kept any more': 'le contenu du message {id} n’est plus conservé',
  'its newest message {id} for {name} is a dead letter: retry that one':
    'son message le plus récent, {id} pour {name}, est en échec : réessayez celui-là',
  'its newest message {id} for {name} is not finished yet ({kind})':
    'son message le plus récent, {id} pour {name}, n’est pas encore terminé ({kind})',
  'there is no message of product {product} to send again':
    'il n’y a pas de message du produit {product} à envoyer de nouveau',
  '"product" must be a positive integer': '« product » doit être un entier positif',

  // the queue
  'the payload is longer than 1 MB': 'le contenu dépasse 1 Mo',
  '{n} dead letters: no free revision was found': '{n} messages en échec : aucune révision libre n’a été trouvée',
  'too many operations wait for the queue: try again': 'trop d’opérations attendent la file : réessayez',
  'the destination has queue.max_depth messages that are not finished':
    'la destination a queue.max_depth messages non terminés',
  'there are more destinations than a queue file takes':
    'il y a plus de destinations qu’un fichier de file n’en accepte',
  'less space is free on the disk than queue.reserve': 'il reste moins d’espace disque que queue.reserve',
  'the disk is full': 'le disque est plein',
  'queue file {path} is busy: try again': 'le fichier de la file {path} est occupé : réessayez',
  'queue file {path} is being closed: try again later':
    'le fichier de la file {path} est en cours de fermeture : réessayez plus tard',
  'queue file {path}: the disk is full: free some space':
    'fichier de la file {path} : le disque est plein : libérez de l’espace',

  // settings
  'there is no such setting': 'ce réglage n’existe pas',
  'is changed in the configuration file': 'se modifie dans le fichier de configuration',
  'a value is a text, or null': 'une valeur est un texte, ou null',
  '"settings" is empty': '« settings » est vide',
  'at most {n} settings at once': 'au plus {n} réglages à la fois',
  'at most {n} settings are changed': 'au plus {n} réglages sont modifiés',
  'state.folder: the path is too long': 'state.folder : le chemin est trop long',
  "cannot be set in the dashboard's file": 'ne peut pas être défini dans le fichier du tableau de bord',
  'expected {kind}': 'il faut {kind}',
  'is too large; expected {kind}': 'valeur trop grande ; il faut {kind}',
  'is above {limit}, which is {value}': 'dépasse {limit}, qui vaut {value}',
  '{limit} must be at least {least} with {name} = {value}':
    '{limit} doit valoir au moins {least} avec {name} = {value}',
  'has a control character': 'contient un caractère de contrôle',
  'has characters that cannot stand there': 'contient des caractères interdits à cet endroit',
  'a value has characters that cannot stand in a file of settings, or is too long':
    'une valeur contient des caractères interdits dans un fichier de réglages, ou est trop longue',
  'has a character that a header must not have (control or not ASCII)':
    'contient un caractère interdit dans un en-tête (de contrôle ou non ASCII)',
  'begins or ends with white space': 'commence ou finit par une espace',
  'stands in quotes, which would be sent; write it without them':
    'est entre guillemets, qui seraient envoyés ; écrivez-le sans eux',
  'has a # behind a space; a comment behind a value begins with a ;':
    'contient un # après une espace ; un commentaire après une valeur commence par un ;',
  'is not UTF-8': 'n’est pas de l’UTF-8',
  'the header {name} cannot be set here': 'l’en-tête {name} ne peut pas être défini ici',
  'the header {name} has no value': 'l’en-tête {name} n’a pas de valeur',
  'the header {name} is too long': 'l’en-tête {name} est trop long',
  "a socket's path has at most {n} bytes": 'le chemin d’un socket a au plus {n} octets',
  'has more than {n} names': 'a plus de {n} noms',
  'names {name} twice': 'nomme {name} deux fois',
  '{word} is sent anyway': '{word} est envoyé de toute façon',
  'the token and the idempotency key cannot have the same header':
    'le jeton et la clé d’idempotence ne peuvent pas avoir le même en-tête',
  '{header} is set from destination.token; remove it here, or set auth = none':
    '{header} vient de destination.token ; retirez-le ici, ou mettez auth = none',
  '{header} carries the idempotency key': '{header} porte la clé d’idempotence',
  'begins with http://, which protects neither token nor products; use https://, or set allow_http = yes':
    'commence par http://, qui ne protège ni le jeton ni les produits ; utilisez https://, ou mettez allow_http = yes',
  'the destination {name} has no url; give it one, or remove its section':
    'la destination {name} n’a pas d’url ; donnez-lui-en une, ou retirez sa section',
  '[shop {name}]: there is no destination {destination}': '[shop {name}] : il n’y a pas de destination {destination}',
  '[shop {name}] needs path, or host, user and database': '[shop {name}] demande path, ou host, user et database',
  'needs {name} as well': 'demande aussi {name}',
  'there is no such group': 'ce groupe n’existe pas',
  'contradicts input.tax = excluded, with which prices are sent without tax':
    'contredit input.tax = excluded, avec lequel les prix sont envoyés hors taxe',

  // a corrected payload
  'this is neither JSON nor a table with the columns id, name, price and stock, nor a product export of PrestaShop; it begins: {value}':
    'ce n’est ni du JSON, ni un tableau avec les colonnes id, name, price et stock, ni un export de produits de PrestaShop ; cela commence par : {value}',
  'this is no JSON object: {value}': 'ce n’est pas un objet JSON : {value}',
  'this is no JSON: it ends before it is complete': 'ce n’est pas du JSON : la fin manque',
  'this is no JSON: the line ends inside a value': 'ce n’est pas du JSON : la ligne finit au milieu d’une valeur',
  'this is no JSON: the line ends inside a value (in line {n})':
    'ce n’est pas du JSON : la ligne {n} finit au milieu d’une valeur',
  'this is no JSON from here on: {value} (in line {n})': 'ce n’est plus du JSON à partir d’ici : {value} (ligne {n})',
  'this is no JSON from here on: {value}': 'ce n’est plus du JSON à partir d’ici : {value}',
  'there is text after the object: {value}': 'il y a du texte après l’objet : {value}',
  'there is text after the end of the array': 'il y a du texte après la fin du tableau',
  'there is a comma before the closing bracket': 'il y a une virgule avant le crochet fermant',
  'the input ends behind a comma': 'le contenu s’arrête après une virgule',
  'the array is not closed': 'le tableau n’est pas fermé',
  'the object is not closed': 'l’objet n’est pas fermé',
  'the array is broken here: neither "," nor "]"': 'le tableau est incorrect ici : ni « , » ni « ] »',
  'the object is broken here: neither "," nor "}"': 'l’objet est incorrect ici : ni « , » ni « } »',
  'nested deeper than {n} levels': 'imbriqué sur plus de {n} niveaux',
  'not valid UTF-8': 'n’est pas de l’UTF-8',
  'the record is longer than input.max_record': 'le produit dépasse input.max_record',
  '{word} is missing': '{word} manque',
  '{word} is empty': '{word} est vide',
  '{word} is not a number: {value}': '{word} n’est pas un nombre : {value}',
  '{word} is not an integer: {value}': '{word} n’est pas un entier : {value}',
  '{word} is too small, at least 0: {value}': '{word} est trop petit, 0 au moins : {value}',
  '{word} is too large, at most {n}: {value}': '{word} est trop grand, {n} au plus : {value}',
  'id is not above zero: {value}': 'id n’est pas au-dessus de zéro : {value}',
  'name is not text: {value}': 'name n’est pas un texte : {value}',
  'name is not text in language {language}': 'name n’est pas un texte dans la langue {language}',
  'name is longer than {n} characters': 'name dépasse {n} caractères',
  'name is not valid UTF-8 at byte {n} ({byte})': 'name n’est pas de l’UTF-8 à l’octet {n} ({byte})',
  'name is empty in every language': 'name est vide dans toutes les langues',
  'name is a list of something else than {id, value}': 'name est une liste d’autre chose que {id, value}',
  'name holds half a surrogate pair': 'name contient la moitié d’une paire de substitution',
  'name holds half a surrogate pair in language {language}':
    'name contient la moitié d’une paire de substitution dans la langue {language}',
  'name has a language code with half a surrogate pair':
    'name a un code de langue avec la moitié d’une paire de substitution',
  "a member's name holds half a surrogate pair": 'le nom d’un membre contient la moitié d’une paire de substitution',
  'a member of input.pass is too long or holds half a surrogate pair':
    'un membre de input.pass est trop long ou contient la moitié d’une paire de substitution',
  'price is too large': 'price est trop grand',
  'price is negative: {value}': 'price est négatif : {value}',
  'price has too many digits: {value}': 'price a trop de chiffres : {value}',
  'stock is negative: {value} (input.negative_stock = zero sends 0)':
    'stock est négatif : {value} (input.negative_stock = zero envoie 0)',
};

/** What a value may be, and what else stands within a problem. */
export const kinds = {
  text: 'un texte',
  'a text': 'un texte',
  'a list': 'une liste',
  'an object': 'un objet',
  'true or false': 'true ou false',
  'a whole number': 'un nombre entier',
  'yes or no': 'yes (oui) ou no (non)',
  'an integer from {min} to {max}': 'un entier de {min} à {max}',
  'a number from {min} to {max}': 'un nombre de {min} à {max}',
  'a duration with its unit (ms, s, m, h, d) from {min} to {max}':
    'une durée avec son unité (ms, s, m, h, d) de {min} à {max}',
  'a size with its unit (B, KB, MB, GB) from {min} to {max}':
    'une taille avec son unité (B, KB, MB, GB) de {min} à {max}',
  '{list} or {word}': '{list} ou {word}',
  sqlite: 'sqlite',
  "a header's name: 1 to 64 letters, digits or {signs}": 'un nom d’en-tête : de 1 à 64 lettres, chiffres ou {signs}',
  '`Name: value`': '`Nom: valeur`',
  "a group's name": 'un nom de groupe',
  "a language's code, such as fr or pt-BR": 'un code de langue, par exemple fr ou pt-BR',
  'a percentage from 0 to 100, such as 20 or 5.5': 'un pourcentage de 0 à 100, par exemple 20 ou 5.5',
  'names of 1 to 64 bytes, separated by commas without spaces':
    'des noms de 1 à 64 octets, séparés par des virgules sans espaces',
  'names of destinations, separated by commas without spaces':
    'des noms de destinations, séparés par des virgules sans espaces',
  'names such as productsync.example.com, separated by commas without spaces or ports':
    'des noms comme productsync.example.com, séparés par des virgules, sans espaces ni ports',
  '1 to 64 characters out of a-z 0-9 . _ -': 'de 1 à 64 caractères parmi a-z 0-9 . _ -',
  'at most 32 letters, digits or _': 'au plus 32 lettres, chiffres ou _',
  'an IP address, such as 127.0.0.1 or ::1': 'une adresse IP, par exemple 127.0.0.1 ou ::1',
  ready: 'prêt',
  in_flight: 'en envoi',
  delayed: 'différé',
  "paused in the shop's settings": 'en pause dans les réglages de la boutique',
  'paused: the module is off in the shop': 'le module est désactivé dans la boutique',
  "paused: the shop's address is not the one that its settings were saved on":
    'l’adresse de la boutique n’est pas celle où ses réglages ont été enregistrés',
  "paused in the shop's settings, and the shop's address is not the one that they were saved on":
    'en pause dans les réglages de la boutique, dont l’adresse n’est pas celle où ils ont été enregistrés',
  'paused: the module is off in the shop, whose address is not the one that its settings were saved on':
    'le module est désactivé dans la boutique, dont l’adresse n’est pas celle où ses réglages ont été enregistrés',
  'paused: the module is not installed in the shop': 'le module n’est pas installé dans la boutique',
  'paused: its shop was not reached since the start': 'la boutique n’a pas encore été jointe depuis le démarrage',
  'the queue is full': 'la file est pleine',
  'body:{n}': 'ligne {n}',
};
