// help-es - qué hacen los ajustes, en español.

export default {
  'destination.url': 'La dirección de la API, https://host/ruta; MY_API_URL en el entorno también la da',
  'destination.auth': 'Cómo se envía el token: Authorization: Bearer, en una cabecera propia, o de ningún modo',
  'destination.header': 'Nombre de la cabecera de auth = header',
  'destination.token':
    'El token de la API; MY_API_TOKEN en el entorno también lo da, y token_file lo deja fuera de este archivo',
  'destination.token_file': 'Un archivo cuya primera línea es el token; se lee al arrancar y al recargar',
  'destination.headers': 'Más cabeceras, una `Nombre: valor` por línea, las siguientes con sangría',
  'destination.key_header': 'Nombre de la cabecera de la clave de idempotencia',
  'destination.key_quoted': 'Poner la clave de idempotencia entre comillas rectas, como quiere el borrador del IETF',
  'destination.rate': 'Peticiones por segundo como máximo; 0: sin límite',
  'destination.burst':
    'Peticiones de `rate` que pueden salir juntas tras una pausa; 0: las de una décima de segundo, al menos 1',
  'destination.attempts': 'En lugar de retry.attempts; 0: como allí',
  'destination.backoff': 'En lugar de retry.backoff; 0: como allí',
  'destination.timeout': 'En lugar de http.timeout; 0: como allí',
  'destination.batch': 'En lugar de batch.size; 0: como allí',
  'destination.test_method': 'En lugar de test.method; vacío: como allí',
  'destination.allow_http': 'Permitir http:// a otro host que esta máquina; el token viaja entonces sin protección',
  'destination.allow_private': 'Permitir un nombre de host que lleva a una dirección privada o local',
  'shop.path': 'La carpeta de la tienda, cuyo app/config/parameters.php nombra la base y la clave',
  'shop.host': 'El servidor de la base de datos: host, host:puerto, o la ruta de un socket; vacío: según path',
  'shop.user': 'El usuario de la base; vacío: según path',
  'shop.password_file':
    'Un archivo cuya primera línea es su contraseña; vacío: según path, y ninguna para un usuario dado aquí',
  'shop.database': 'El nombre de la base; vacío: según path',
  'shop.prefix': 'Con qué empiezan los nombres de las tablas; vacío: según path, si no ps_',
  'shop.key_file':
    'Un archivo cuya primera línea es la new_cookie_key de la tienda, para el token; vacío: según path',
  'shop.ca_file':
    'Certificados (PEM) de las autoridades del servidor de la base; si se da, solo se le habla por TLS',
  'shop.destination': 'Destinos de sus productos en lugar de NOMBRE/ID, separados por comas',
  'shop.allow_private': 'Dejar que los ajustes de la propia tienda nombren una dirección privada o de esta máquina',
  'state.folder':
    'La carpeta de estado; vacío: $STATE_DIRECTORY, si no /var/lib/productsync para root, si no productsync en $XDG_STATE_HOME o ~/.local/state',
  'source.shop':
    'La identidad de la tienda para los productos dados en la línea de órdenes; es parte de la clave de idempotencia',
  'queue.driver': 'La clase de cola',
  'queue.path': 'El archivo de la cola; vacío: queue.db en la carpeta de estado',
  'queue.socket':
    'El socket Unix de su dueño; vacío: queue.path y .sock, o en la carpeta de ejecución si es demasiado largo',
  'queue.socket_group': 'Un grupo que puede usar el socket; vacío: solo el usuario del dueño',
  'queue.max_depth': 'Mensajes sin terminar por destino como máximo; entonces la cola está llena',
  'queue.full_wait': 'Cuánto espera produce a una cola llena',
  'queue.reserve':
    'Con menos espacio libre en el disco no entra nada más en la cola, para que las entregas sigan; además queda sitio para el registro de la cola (su archivo -wal) y 512 bytes por mensaje; 0: no se mira',
  'queue.keep': 'Cuánto tiempo se recuerdan los mensajes entregados, y se conocen sus claves',
  'queue.keep_count': 'Mensajes entregados que se recuerdan por destino como máximo; 0: sin ese límite',
  'queue.commit_wait': 'Un resultado espera como máximo ese tiempo a que otros compartan su escritura sincronizada',
  'queue.commit_count': 'Resultados que comparten una escritura sincronizada como máximo',
  'retry.attempts': 'Un mensaje es fallido tras ese número de fallos que cuentan',
  'retry.backoff': 'Espera tras el primer fallo; se dobla con cada fallo siguiente',
  'retry.backoff_max': 'Esa espera como máximo',
  'retry.jitter':
    'El azar en esa espera: add añade hasta jitter_max, full toma cualquier tiempo hasta la espera entera',
  'retry.jitter_max': 'Lo que añade como máximo jitter = add',
  'retry.give_up_after':
    'Un mensaje es fallido con el primer fallo que cuenta tanto tiempo después de su primer intento',
  'retry.conflict': 'Qué significa un 409 que dura tras un intento que quedó sin respuesta',
  'retry.budget_percent':
    'Los reintentos pueden ser esa parte de las peticiones de un destino; los demás esperan; 0: sin presupuesto',
  'retry.budget_reserve': 'Reintentos por segundo que se permiten sea cual sea esa parte',
  'retry.retry_after_max': 'Un Retry-After se respeta hasta ese tiempo',
  'breaker.failures': 'Fallos seguidos tras los que se deja en paz a un destino',
  'breaker.failure_percent': 'O esa parte de fallos entre los últimos `window` resultados; 0: desactivado',
  'breaker.window': 'Resultados que mira failure_percent',
  'breaker.cool_off': 'Espera antes de probar una entrega; se dobla mientras las pruebas fallen',
  'breaker.cool_off_max': 'Esa espera como máximo',
  'breaker.suspend_after': 'Respuestas 401 o 403 seguidas que suspenden el destino',
  'breaker.refusals': 'Mensajes distintos rechazados seguidos que suspenden el destino; 0: desactivado',
  'http.timeout': 'Una petición dura como máximo ese tiempo en total',
  'http.connect_timeout': 'La conexión dura como máximo ese tiempo, TLS incluido',
  'http.ca_file':
    'Certificados (PEM) de las autoridades de confianza; sustituyen a los del sistema, de los que entonces no vale ninguno',
  'http.client_cert': 'Certificado del cliente (PEM)',
  'http.client_key': 'Su clave privada (PEM)',
  'http.proxy': 'Un proxy, http://[usuario:contraseña@]host:puerto, https:// o socks5h://',
  'http.max_response': 'De una respuesta se lee eso como máximo; a un lote, al menos 4 KB por mensaje',
  'http.version': 'Versión de HTTP; auto: 2 si el servidor la ofrece',
  'http.user_agent': 'La cabecera User-Agent; vacío: productsync/ y su versión',
  'batch.size': 'Productos por petición como máximo; 1: sin lotes',
  'batch.linger': 'Cuánto espera un lote a llenarse',
  'batch.max_bytes': 'El cuerpo de un lote como máximo',
  'work.concurrency': 'Peticiones en curso por destino como máximo',
  'work.adaptive': 'Adaptar el número de peticiones en curso a lo que el destino aguanta',
  'work.drain_wait': 'work --drain espera los mensajes previstos en ese plazo',
  'work.grace': 'Al parar, las peticiones en curso tienen ese tiempo para terminar',
  'work.lease':
    'Cuánto tiempo es nuestro un mensaje tomado de la cola; al menos dos veces http.timeout y dos segundos',
  'serve.listen': 'Dónde escuchar, HOST:PUERTO; otra dirección que la de esta máquina pide tls_cert o proxy',
  'serve.tls_cert': 'Certificado (PEM) con su cadena: entonces se habla TLS y nada más; se relee al recargar',
  'serve.tls_key': 'Su clave privada (PEM); se relee con él',
  'serve.proxy':
    'Dirección IP del proxy inverso de delante, que hace TLS y pone X-Forwarded-For; los demás son rechazados entonces',
  'serve.hosts':
    'Nombres con los que pueden preguntar navegadores y clientes, separados por comas; localhost y las direcciones de esta máquina están siempre',
  'serve.login':
    'Quién debe iniciar sesión en esta máquina: para cambiar algo, o siempre; desde fuera es siempre',
  'serve.session': 'Una sesión termina tras ese tiempo sin peticiones',
  'serve.rate':
    'Peticiones por segundo de un cliente como máximo, luego 429; 0: sin límite; un token de acceso tiene el suyo',
  'serve.max_connections': 'Conexiones como máximo; más allá se cierra la que lleva más tiempo inactiva',
  'async.retries': 'Más intentos, en memoria',
  'payload.language':
    'Idioma que se toma de un producto con nombres en varios; vacío: en el orden de la documentación',
  'payload.version': 'Se envía como miembro `version`; -1: sin ese miembro',
  'payload.digits': 'Los decimales de la moneda',
  'input.tax': 'excluded: los precios sin impuestos se envían como están',
  'input.tax_rate': 'Porcentaje que se añade a los precios sin impuestos, como 20 o 5.5',
  'input.negative_stock': 'Qué hacer con existencias inferiores a 0: rechazar el producto, o enviar 0',
  'input.pass': 'Otros miembros que se transmiten, separados por comas, como reference,description',
  'input.max_record': 'Un producto de la entrada como máximo',
  'log.file':
    'El archivo de registro; vacío: simple.log, async.log o queue.log en la carpeta de estado; -: ninguno',
  'log.format': 'Cómo se escribe una línea',
  'log.level': 'Por debajo de eso no se escribe nada',
  'test.method': 'El método de la petición que prueba un destino',
};
