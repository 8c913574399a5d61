// help-fr - ce que fait chaque réglage. The settings' help in French, by their names; English is the API's own.

export default {
  'destination.url': 'Adresse de l’API, https://hôte/chemin ; MY_API_URL dans l’environnement la définit aussi',
  'destination.auth':
    'Façon d’envoyer le jeton : par Authorization: Bearer (bearer), dans un en-tête à lui (header), ou pas du tout (none)',
  'destination.header': 'Nom de l’en-tête quand auth = header',
  'destination.token':
    'Jeton de l’API ; MY_API_TOKEN dans l’environnement le définit aussi, et token_file le garde hors de ce fichier',
  'destination.token_file': 'Fichier dont la première ligne est le jeton ; lu au démarrage et au rechargement',
  'destination.headers': 'Autres en-têtes, un `Nom: valeur` par ligne, chaque ligne suivante en retrait',
  'destination.key_header': 'Nom de l’en-tête qui porte la clé d’idempotence',
  'destination.key_quoted':
    'Mettre la clé d’idempotence entre guillemets doubles, comme le veut le projet de norme IETF',
  'destination.rate': 'Nombre maximal de requêtes par seconde ; 0 : sans limite',
  'destination.burst':
    'Nombre de requêtes, dans la limite de `rate`, qui peuvent partir d’un coup après une pause ; 0 : un dixième de celles d’une seconde, au moins 1',
  'destination.attempts': 'Remplace retry.attempts pour cette destination ; 0 : pas de valeur propre',
  'destination.backoff': 'Remplace retry.backoff pour cette destination ; 0 : pas de valeur propre',
  'destination.timeout': 'Remplace http.timeout pour cette destination ; 0 : pas de valeur propre',
  'destination.batch': 'Remplace batch.size pour cette destination ; 0 : pas de valeur propre',
  'destination.test_method': 'Remplace test.method pour cette destination ; vide : pas de valeur propre',
  'destination.allow_http':
    'Autoriser http:// vers d’autres hôtes que cette machine ; le jeton circule alors sans protection',
  'destination.allow_private': 'Autoriser un nom d’hôte qui mène à une adresse privée ou de lien local',

  'shop.path': 'Dossier de la boutique, dont app/config/parameters.php nomme la base de données et la clé',
  'shop.host': 'Serveur de base de données : un hôte, hôte:port, ou le chemin d’un socket ; vide : d’après path',
  'shop.user': 'Utilisateur de la base de données ; vide : d’après path',
  'shop.password_file':
    'Fichier dont la première ligne est le mot de passe de cet utilisateur ; vide : d’après path, et aucun pour un utilisateur indiqué ici',
  'shop.database': 'Nom de la base de données ; vide : d’après path',
  'shop.prefix': 'Début du nom des tables ; vide : d’après path, sinon ps_',
  'shop.key_file':
    'Fichier dont la première ligne est la new_cookie_key de la boutique, pour le jeton ; vide : d’après path',
  'shop.ca_file':
    'Certificats (PEM) des autorités du serveur de base de données ; si indiqué, on ne lui parle qu’en TLS',
  'shop.destination': 'Destinations où vont ses produits au lieu de NOM/ID, séparées par des virgules',
  'shop.allow_private': 'Laisser les réglages propres à la boutique nommer une adresse de bouclage ou privée',

  'state.folder':
    'Dossier d’état ; vide : $STATE_DIRECTORY, sinon /var/lib/productsync pour root, sinon productsync dans $XDG_STATE_HOME ou ~/.local/state',

  'source.shop':
    'Identité de la boutique pour les produits donnés en ligne de commande ; elle fait partie de la clé d’idempotence',

  'queue.driver': 'Type de file',
  'queue.path': 'Fichier de la file ; vide : queue.db dans le dossier d’état',
  'queue.socket':
    'Socket Unix du processus qui tient la file ; vide : queue.path suivi de .sock, ou dans le dossier d’exécution si c’est trop long',
  'queue.socket_group': 'Groupe qui peut utiliser le socket ; vide : seulement l’utilisateur de ce processus',
  'queue.max_depth': 'Nombre maximal de messages non terminés par destination ; au-delà, la file est pleine',
  'queue.full_wait': 'Temps pendant lequel produce attend quand la file est pleine',
  'queue.reserve':
    'Avec moins d’espace disque libre, plus rien n’est mis en file, pour que les livraisons puissent continuer ; en outre, la mise en file garde de la place pour le journal de la file (son fichier -wal) et 512 octets par message en file ; 0 : pas de contrôle',
  'queue.keep': 'Durée pendant laquelle les messages livrés sont conservés et leurs clés connues',
  'queue.keep_count': 'Nombre maximal de messages livrés conservés par destination ; 0 : sans cette limite',
  'queue.commit_wait': 'Temps maximal qu’un résultat attend pour que d’autres partagent son écriture synchronisée',
  'queue.commit_count': 'Nombre maximal de résultats par écriture synchronisée',

  'retry.attempts': 'Après ce nombre d’échecs qui comptent, un message est en échec définitif',
  'retry.backoff': 'Attente après le premier échec ; elle double à chaque échec suivant',
  'retry.backoff_max': 'Plafond de cette attente',
  'retry.jitter':
    'Part de hasard dans cette attente : ajouter jusqu’à jitter_max (add), ou prendre une durée quelconque jusqu’à l’attente entière (full)',
  'retry.jitter_max': 'Ajout maximal par jitter = add',
  'retry.give_up_after':
    'Un message est en échec définitif au premier échec qui compte une fois cette durée écoulée depuis sa première tentative',
  'retry.conflict':
    'Ce que veut dire un 409 qui persiste après une tentative restée sans réponse : livré (done) ou en échec (dead)',
  'retry.budget_percent':
    'Part des requêtes d’une destination que peuvent prendre les nouveaux essais ; les autres attendent ; 0 : sans budget',
  'retry.budget_reserve': 'Nouveaux essais par seconde permis quelle que soit cette part',
  'retry.retry_after_max': 'Un Retry-After est respecté jusqu’à cette durée',

  'breaker.failures': 'Nombre d’échecs de suite après lequel une destination n’est plus sollicitée',
  'breaker.failure_percent': 'Ou cette part d’échecs parmi les `window` derniers résultats ; 0 : désactivé',
  'breaker.window': 'Nombre de résultats que considère failure_percent',
  'breaker.cool_off': 'Attente avant d’essayer de nouveau une livraison ; elle double tant que les essais échouent',
  'breaker.cool_off_max': 'Plafond de cette attente',
  'breaker.suspend_after': 'Nombre de réponses 401 ou 403 de suite qui suspend la destination',
  'breaker.refusals': 'Nombre de messages différents refusés de suite qui suspend la destination ; 0 : désactivé',

  'http.timeout': 'Durée maximale d’une requête en tout',
  'http.connect_timeout': 'Durée maximale de la connexion, TLS compris',
  'http.ca_file':
    'Certificats (PEM) des autorités à reconnaître ; ils remplacent ceux du système, dont aucun n’est alors reconnu',
  'http.client_cert': 'Certificat client (PEM)',
  'http.client_key': 'Sa clé privée (PEM)',
  'http.proxy': 'Proxy, http://[utilisateur:mot-de-passe@]hôte:port, https:// ou socks5h://',
  'http.max_response': 'Taille maximale lue d’une réponse ; pour un lot, au moins 4 Ko par message',
  'http.version': 'Version de HTTP ; auto : 2 si le serveur la propose',
  'http.user_agent': 'En-tête User-Agent ; vide : productsync/ et sa version',

  'batch.size': 'Nombre maximal de produits par requête ; 1 : pas de lots',
  'batch.linger': 'Temps pendant lequel un lot attend de se remplir',
  'batch.max_bytes': 'Taille maximale du corps d’un lot',

  'work.concurrency': 'Nombre maximal de requêtes en cours par destination',
  'work.adaptive': 'Adapter le nombre de requêtes en cours à ce que la destination supporte',
  'work.drain_wait': 'work --drain attend les messages à envoyer dans ce délai',
  'work.grace': 'À l’arrêt, temps laissé aux requêtes en cours pour se terminer',
  'work.lease':
    'Temps pendant lequel un message pris dans la file nous est réservé ; au moins deux fois http.timeout plus deux secondes',

  'serve.listen': 'Où écouter, HÔTE:PORT ; une autre adresse que celle de bouclage demande tls_cert ou proxy',
  'serve.tls_cert': 'Certificat (PEM) avec sa chaîne : on ne parle alors que TLS ; le fichier est relu au rechargement',
  'serve.tls_key': 'Sa clé privée (PEM) ; relue avec lui',
  'serve.proxy':
    'Adresse IP du proxy inverse placé devant, qui fait le TLS et pose X-Forwarded-For ; les autres sont alors refusés',
  'serve.hosts':
    'Noms sous lesquels navigateurs et clients peuvent s’adresser à productsync, séparés par des virgules ; localhost et les adresses de bouclage en font toujours partie',
  'serve.login':
    'Qui doit se connecter depuis l’adresse de bouclage : pour les modifications (changes), ou toujours (always) ; ailleurs, c’est toujours',
  'serve.session': 'Une connexion prend fin après cette durée sans requête',
  'serve.rate':
    'Nombre maximal de requêtes par seconde d’un même client, ensuite 429 ; 0 : sans limite ; un jeton a la sienne',
  'serve.max_connections': 'Nombre maximal de connexions ; au-delà, la plus longtemps inactive est fermée',

  'async.retries': 'Nouveaux essais en mémoire',

  'payload.language': 'Langue à prendre d’un produit dont le nom existe en plusieurs ; vide : l’ordre documenté',
  'payload.version': 'Envoyé comme membre `version` ; -1 : sans ce membre',
  'payload.digits': 'Décimales de la devise',

  'input.tax': 'excluded : les prix hors taxe sont envoyés tels quels',
  'input.tax_rate': 'Pourcentage à ajouter aux prix hors taxe, par exemple 20 ou 5.5',
  'input.negative_stock': 'Que faire d’un stock sous 0 : refuser le produit (refuse), ou envoyer 0 (zero)',
  'input.pass': 'Autres membres à transmettre, séparés par des virgules, par exemple reference,description',
  'input.max_record': 'Taille maximale d’un produit en entrée',

  'log.file': 'Fichier journal ; vide : simple.log, async.log ou queue.log dans le dossier d’état ; - : aucun',
  'log.format': 'Forme des lignes',
  'log.level': 'Rien n’est écrit sous ce niveau',

  'test.method': 'Méthode de la requête qui teste une destination',
};
