// help-fr - ce que font les réglages, en français.

export default {
  'destination.url': 'L’adresse de l’API, https://hôte/chemin ; MY_API_URL dans l’environnement la donne aussi',
  'destination.auth': 'Comment le jeton est envoyé : Authorization: Bearer, un en-tête à part, ou pas du tout',
  'destination.header': 'Nom de l’en-tête de auth = header',
  'destination.token':
    'Le jeton de l’API ; MY_API_TOKEN dans l’environnement le donne aussi, et token_file le garde hors de ce fichier',
  'destination.token_file': 'Un fichier dont la première ligne est le jeton ; lu au démarrage et au rechargement',
  'destination.headers': 'D’autres en-têtes, un `Nom: valeur` par ligne, les lignes suivantes en retrait',
  'destination.key_header': 'Nom de l’en-tête de la clé d’idempotence',
  'destination.key_quoted': 'Mettre la clé d’idempotence entre guillemets droits, comme le veut le projet de l’IETF',
  'destination.rate': 'Requêtes par seconde au plus ; 0 : pas de limite',
  'destination.burst':
    'Requêtes de `rate` qui peuvent partir ensemble après une pause ; 0 : celles d’un dixième de seconde, au moins 1',
  'destination.attempts': 'À la place de retry.attempts ; 0 : comme lui',
  'destination.backoff': 'À la place de retry.backoff ; 0 : comme lui',
  'destination.timeout': 'À la place de http.timeout ; 0 : comme lui',
  'destination.batch': 'À la place de batch.size ; 0 : comme lui',
  'destination.test_method': 'À la place de test.method ; vide : comme lui',
  'destination.allow_http':
    'Permettre http:// vers un autre hôte que cette machine ; le jeton voyage alors sans protection',
  'destination.allow_private': 'Permettre un nom d’hôte qui mène à une adresse privée ou locale',
  'shop.path': 'Le dossier de la boutique, dont app/config/parameters.php nomme la base et la clé',
  'shop.host': 'Le serveur de base de données : hôte, hôte:port, ou chemin d’un socket ; vide : d’après path',
  'shop.user': 'L’utilisateur de la base ; vide : d’après path',
  'shop.password_file':
    'Un fichier dont la première ligne est son mot de passe ; vide : d’après path, et aucun pour un utilisateur donné ici',
  'shop.database': 'Le nom de la base ; vide : d’après path',
  'shop.prefix': 'Le début des noms de tables ; vide : d’après path, sinon ps_',
  'shop.key_file':
    'Un fichier dont la première ligne est la new_cookie_key de la boutique, pour le jeton ; vide : d’après path',
  'shop.ca_file':
    'Certificats (PEM) des autorités du serveur de base de données ; donné, on ne lui parle plus que par TLS',
  'shop.destination': 'Destinations de ses produits à la place de NOM/ID, séparées par des virgules',
  'shop.allow_private':
    'Laisser les réglages de la boutique elle-même nommer une adresse privée ou de cette machine',
  'state.folder':
    'Le dossier d’état ; vide : $STATE_DIRECTORY, sinon /var/lib/productsync pour root, sinon productsync dans $XDG_STATE_HOME ou ~/.local/state',
  'source.shop':
    'L’identité de la boutique pour les produits donnés en ligne de commande ; elle fait partie de la clé d’idempotence',
  'queue.driver': 'La sorte de file',
  'queue.path': 'Le fichier de la file ; vide : queue.db dans le dossier d’état',
  'queue.socket':
    'Le socket Unix de son propriétaire ; vide : queue.path et .sock, ou dans le dossier d’exécution si c’est trop long',
  'queue.socket_group': 'Un groupe qui peut se servir du socket ; vide : seul l’utilisateur propriétaire',
  'queue.max_depth': 'Messages non terminés par destination au plus ; la file est alors pleine',
  'queue.full_wait': 'Combien de temps produce attend une file pleine',
  'queue.reserve':
    'Avec moins d’espace libre sur le disque rien n’entre plus dans la file, pour que les livraisons continuent ; il reste en outre de la place pour le journal de la file (son fichier -wal) et 512 octets par message ; 0 : sans ce contrôle',
  'queue.keep': 'Combien de temps les messages livrés sont gardés, et leurs clés connues',
  'queue.keep_count': 'Messages livrés gardés par destination au plus ; 0 : pas cette limite',
  'queue.commit_wait': 'Un résultat attend au plus ce temps que d’autres partagent son écriture synchronisée',
  'queue.commit_count': 'Résultats qui partagent une écriture synchronisée au plus',
  'retry.attempts': 'Un message est en échec après ce nombre d’échecs qui comptent',
  'retry.backoff': 'Attente après le premier échec ; elle double à chaque échec suivant',
  'retry.backoff_max': 'Cette attente au plus',
  'retry.jitter':
    'Le hasard dans cette attente : add ajoute jusqu’à jitter_max, full prend n’importe quelle durée jusqu’à l’attente entière',
  'retry.jitter_max': 'Ajouté au plus par jitter = add',
  'retry.give_up_after':
    'Un message est en échec au premier échec qui compte aussi longtemps après sa première tentative',
  'retry.conflict': 'Ce que veut dire un 409 qui dure après une tentative restée sans réponse',
  'retry.budget_percent':
    'Les nouveaux essais peuvent être cette part des requêtes d’une destination ; au-delà ils attendent ; 0 : pas de budget',
  'retry.budget_reserve': 'Nouveaux essais par seconde permis quelle que soit cette part',
  'retry.retry_after_max': 'Un Retry-After est respecté jusqu’à cette durée',
  'breaker.failures': 'Échecs de suite après lesquels une destination est laissée en paix',
  'breaker.failure_percent': 'Ou cette part d’échecs parmi les `window` derniers résultats ; 0 : sans',
  'breaker.window': 'Résultats que regarde failure_percent',
  'breaker.cool_off': 'Attente avant d’essayer une livraison ; elle double tant que les essais échouent',
  'breaker.cool_off_max': 'Cette attente au plus',
  'breaker.suspend_after': 'Réponses 401 ou 403 de suite qui suspendent la destination',
  'breaker.refusals': 'Messages différents refusés de suite qui suspendent la destination ; 0 : sans',
  'http.timeout': 'Une requête dure au plus ce temps en tout',
  'http.connect_timeout': 'La connexion dure au plus ce temps, TLS compris',
  'http.ca_file':
    'Certificats (PEM) des autorités de confiance ; ils remplacent ceux du système, dont aucun ne compte alors',
  'http.client_cert': 'Certificat du client (PEM)',
  'http.client_key': 'Sa clé privée (PEM)',
  'http.proxy': 'Un proxy, http://[utilisateur:mot de passe@]hôte:port, https:// ou socks5h://',
  'http.max_response': 'D’une réponse, cela est lu au plus ; à un lot, au moins 4 KB par message',
  'http.version': 'Version de HTTP ; auto : 2 si le serveur l’offre',
  'http.user_agent': 'L’en-tête User-Agent ; vide : productsync/ et sa version',
  'batch.size': 'Produits par requête au plus ; 1 : pas de lots',
  'batch.linger': 'Combien de temps un lot attend d’être rempli',
  'batch.max_bytes': 'Le corps d’un lot au plus',
  'work.concurrency': 'Requêtes en cours par destination au plus',
  'work.adaptive': 'Adapter le nombre de requêtes en cours à ce que la destination supporte',
  'work.drain_wait': 'work --drain attend les messages prévus dans ce délai',
  'work.grace': 'À l’arrêt, les requêtes en cours ont ce temps pour finir',
  'work.lease':
    'Combien de temps un message pris dans la file est à nous ; au moins deux fois http.timeout et deux secondes',
  'serve.listen': 'Où écouter, HÔTE:PORT ; une autre adresse que celle de cette machine demande tls_cert ou proxy',
  'serve.tls_cert': 'Certificat (PEM) avec sa chaîne : on parle alors TLS et rien d’autre ; relu au rechargement',
  'serve.tls_key': 'Sa clé privée (PEM) ; relue avec lui',
  'serve.proxy':
    'Adresse IP du proxy inverse placé devant, qui fait TLS et donne X-Forwarded-For ; les autres sont alors refusés',
  'serve.hosts':
    'Noms sous lesquels navigateurs et clients peuvent demander, séparés par des virgules ; localhost et les adresses de cette machine en sont toujours',
  'serve.login': 'Qui doit se connecter sur cette machine : pour modifier, ou toujours ; ailleurs c’est toujours',
  'serve.session': 'Une connexion prend fin après ce temps sans requête',
  'serve.rate':
    'Requêtes par seconde d’un client au plus, ensuite 429 ; 0 : pas de limite ; un jeton d’accès a la sienne',
  'serve.max_connections': 'Connexions au plus ; au-delà, la plus longtemps inactive est fermée',
  'async.retries': 'Nouveaux essais, en mémoire',
  'payload.language':
    'Langue à prendre d’un produit dont le nom en a plusieurs ; vide : dans l’ordre de la documentation',
  'payload.version': 'Envoyé comme membre `version` ; -1 : pas de tel membre',
  'payload.digits': 'Les décimales de la monnaie',
  'input.tax': 'excluded : les prix hors taxe sont envoyés tels quels',
  'input.tax_rate': 'Pourcentage à ajouter aux prix hors taxe, comme 20 ou 5.5',
  'input.negative_stock': 'Que faire d’un stock inférieur à 0 : refuser le produit, ou envoyer 0',
  'input.pass': 'Autres membres à transmettre, séparés par des virgules, comme reference,description',
  'input.max_record': 'Un produit en entrée au plus',
  'log.file': 'Le fichier journal ; vide : simple.log, async.log ou queue.log dans le dossier d’état ; - : aucun',
  'log.format': 'Comment une ligne est écrite',
  'log.level': 'Rien en dessous n’est écrit',
  'test.method': 'La méthode de la requête qui teste une destination',
};
