// help-es - qué hace cada ajuste. The settings' help in Spanish, by their names; English is the API's own.

export default {
  'destination.url': 'Dirección de la API, https://host/ruta; MY_API_URL en el entorno también la define',
  'destination.auth':
    'Cómo se envía el token: como Authorization: Bearer (bearer), en una cabecera propia (header) o de ningún modo (none)',
  'destination.header': 'Nombre de la cabecera con auth = header',
  'destination.token':
    'Token de la API; MY_API_TOKEN en el entorno también lo define, y token_file lo mantiene fuera de este archivo',
  'destination.token_file': 'Archivo cuya primera línea es el token; se lee al iniciar y al recargar',
  'destination.headers': 'Otras cabeceras, un `Nombre: valor` por línea, con sangría en cada línea siguiente',
  'destination.key_header': 'Nombre de la cabecera que lleva la clave de idempotencia',
  'destination.key_quoted': 'Poner la clave de idempotencia entre comillas dobles, como pide el borrador del IETF',
  'destination.rate': 'Número máximo de peticiones por segundo; 0: sin límite',
  'destination.burst':
    'Peticiones, dentro de `rate`, que pueden salir de golpe tras una pausa; 0: la décima parte de las de un segundo, al menos 1',
  'destination.attempts': 'Sustituye a retry.attempts para este destino; 0: sin valor propio',
  'destination.backoff': 'Sustituye a retry.backoff para este destino; 0: sin valor propio',
  'destination.timeout': 'Sustituye a http.timeout para este destino; 0: sin valor propio',
  'destination.batch': 'Sustituye a batch.size para este destino; 0: sin valor propio',
  'destination.test_method': 'Sustituye a test.method para este destino; vacío: sin valor propio',
  'destination.allow_http':
    'Permitir http:// hacia otros hosts que esta máquina; el token viaja entonces sin protección',
  'destination.allow_private': 'Permitir un nombre de host que lleve a una dirección privada o de enlace local',

  'shop.path': 'Carpeta de la tienda, cuyo app/config/parameters.php indica la base de datos y la clave',
  'shop.host': 'Servidor de base de datos: un host, host:puerto o la ruta de un socket; vacío: según path',
  'shop.user': 'Usuario de la base de datos; vacío: según path',
  'shop.password_file':
    'Archivo cuya primera línea es la contraseña de ese usuario; vacío: según path, y ninguna para un usuario indicado aquí',
  'shop.database': 'Nombre de la base de datos; vacío: según path',
  'shop.prefix': 'Comienzo de los nombres de las tablas; vacío: según path, si no ps_',
  'shop.key_file': 'Archivo cuya primera línea es la new_cookie_key de la tienda, para el token; vacío: según path',
  'shop.ca_file':
    'Certificados (PEM) de las autoridades del servidor de base de datos; si se indica, solo se le habla por TLS',
  'shop.destination': 'Destinos a los que van sus productos en lugar de NOMBRE/ID, separados por comas',
  'shop.allow_private': 'Dejar que los ajustes propios de la tienda indiquen una dirección de bucle local o privada',

  'state.folder':
    'Carpeta de estado; vacío: $STATE_DIRECTORY, si no /var/lib/productsync para root, si no productsync en $XDG_STATE_HOME o ~/.local/state',

  'source.shop':
    'Identidad de la tienda para los productos dados en la línea de comandos; forma parte de la clave de idempotencia',

  'queue.driver': 'Tipo de cola',
  'queue.path': 'Archivo de la cola; vacío: queue.db en la carpeta de estado',
  'queue.socket':
    'Socket Unix del proceso que lleva la cola; vacío: queue.path seguido de .sock, o en la carpeta de ejecución si resulta demasiado largo',
  'queue.socket_group': 'Grupo que puede usar el socket; vacío: solo el usuario de ese proceso',
  'queue.max_depth': 'Número máximo de mensajes sin terminar por destino; a partir de ahí la cola está llena',
  'queue.full_wait': 'Cuánto espera produce cuando la cola está llena',
  'queue.reserve':
    'Con menos espacio libre en el disco no se pone nada más en la cola, para que las entregas puedan continuar; además, al poner en la cola se reserva sitio para el registro de la cola (su archivo -wal) y 512 bytes por mensaje en cola; 0: no se mira',
  'queue.keep': 'Cuánto tiempo se recuerdan los mensajes entregados y se conocen sus claves',
  'queue.keep_count': 'Número máximo de mensajes entregados que se recuerdan por destino; 0: sin ese límite',
  'queue.commit_wait': 'Tiempo máximo que espera un resultado a que otros compartan su escritura sincronizada',
  'queue.commit_count': 'Número máximo de resultados por escritura sincronizada',

  'retry.attempts': 'Tras ese número de fallos que cuentan, un mensaje queda fallido',
  'retry.backoff': 'Espera tras el primer fallo; se duplica con cada fallo siguiente',
  'retry.backoff_max': 'Tope de esa espera',
  'retry.jitter':
    'Azar en esa espera: añadir hasta jitter_max (add), o tomar cualquier tiempo hasta la espera entera (full)',
  'retry.jitter_max': 'Lo máximo que añade jitter = add',
  'retry.give_up_after':
    'Un mensaje queda fallido con el primer fallo que cuente pasado ese tiempo desde su primer intento',
  'retry.conflict':
    'Qué significa un 409 que persiste tras un intento que acabó sin respuesta: entregado (done) o fallido (dead)',
  'retry.budget_percent':
    'Parte de las peticiones de un destino que pueden ser reintentos; los demás esperan; 0: sin presupuesto',
  'retry.budget_reserve': 'Reintentos por segundo permitidos sea cual sea esa parte',
  'retry.retry_after_max': 'Un Retry-After se respeta hasta ese tiempo',

  'breaker.failures': 'Fallos seguidos tras los que se deja descansar a un destino',
  'breaker.failure_percent': 'O esta parte de fallos entre los últimos `window` resultados; 0: desactivado',
  'breaker.window': 'Resultados que considera failure_percent',
  'breaker.cool_off': 'Espera antes de volver a intentar una entrega; se duplica mientras las pruebas fallen',
  'breaker.cool_off_max': 'Tope de esa espera',
  'breaker.suspend_after': 'Respuestas 401 o 403 seguidas que suspenden el destino',
  'breaker.refusals': 'Mensajes distintos rechazados seguidos que suspenden el destino; 0: desactivado',

  'http.timeout': 'Duración máxima de una petición en total',
  'http.connect_timeout': 'Duración máxima de la conexión, TLS incluido',
  'http.ca_file':
    'Certificados (PEM) de las autoridades en las que se confía; sustituyen a las del sistema, en ninguna de las cuales se confía entonces',
  'http.client_cert': 'Certificado de cliente (PEM)',
  'http.client_key': 'Su clave privada (PEM)',
  'http.proxy': 'Proxy, http://[usuario:contraseña@]host:puerto, https:// o socks5h://',
  'http.max_response': 'Tamaño máximo que se lee de una respuesta; para un lote, al menos 4 KB por mensaje',
  'http.version': 'Versión de HTTP; auto: 2 si el servidor la ofrece',
  'http.user_agent': 'Cabecera User-Agent; vacío: productsync/ y su versión',

  'batch.size': 'Número máximo de productos por petición; 1: sin lotes',
  'batch.linger': 'Cuánto espera un lote a llenarse',
  'batch.max_bytes': 'Tamaño máximo del cuerpo de un lote',

  'work.concurrency': 'Número máximo de peticiones en curso por destino',
  'work.adaptive': 'Adaptar el número de peticiones en curso a lo que soporta el destino',
  'work.drain_wait': 'work --drain espera a los mensajes que toque enviar dentro de ese tiempo',
  'work.grace': 'Al detenerse, tiempo que tienen las peticiones en curso para terminar',
  'work.lease':
    'Cuánto tiempo se nos reserva un mensaje tomado de la cola; al menos el doble de http.timeout más dos segundos',

  'serve.listen': 'Dónde escuchar, HOST:PUERTO; una dirección que no sea de bucle local requiere tls_cert o proxy',
  'serve.tls_cert':
    'Certificado (PEM) con su cadena: entonces se habla TLS y nada más; el archivo se vuelve a leer al recargar',
  'serve.tls_key': 'Su clave privada (PEM); se vuelve a leer con él',
  'serve.proxy':
    'Dirección IP del proxy inverso situado delante, que se encarga de TLS y pone X-Forwarded-For; los demás se rechazan entonces',
  'serve.hosts':
    'Nombres con los que navegadores y clientes pueden dirigirse a productsync, separados por comas; localhost y las direcciones de bucle local siempre están incluidos',
  'serve.login':
    'Quién debe iniciar sesión desde el bucle local: para los cambios (changes) o siempre (always); desde otro lugar es siempre',
  'serve.session': 'Una sesión termina tras ese tiempo sin peticiones',
  'serve.rate':
    'Número máximo de peticiones por segundo de un mismo cliente, después 429; 0: sin límite; un token tiene el suyo',
  'serve.max_connections': 'Número máximo de conexiones; por encima se cierra la que lleva más tiempo inactiva',

  'async.retries': 'Nuevos intentos en memoria',

  'payload.language': 'Idioma que se toma de un producto con nombres en varios; vacío: el orden documentado',
  'payload.version': 'Se envía como el miembro `version`; -1: sin ese miembro',
  'payload.digits': 'Decimales de la moneda',

  'input.tax': 'excluded: los precios sin impuestos se envían tal cual',
  'input.tax_rate': 'Porcentaje que se suma a los precios sin impuestos, por ejemplo 20 o 5.5',
  'input.negative_stock':
    'Qué hacer con unas existencias por debajo de 0: rechazar el producto (refuse) o enviar 0 (zero)',
  'input.pass': 'Otros miembros que se transmiten, separados por comas, por ejemplo reference,description',
  'input.max_record': 'Tamaño máximo de un producto de la entrada',

  'log.file': 'Archivo de registro; vacío: simple.log, async.log o queue.log en la carpeta de estado; -: ninguno',
  'log.format': 'Cómo se escribe una línea',
  'log.level': 'Por debajo de este nivel no se escribe nada',

  'test.method': 'Método de la petición que prueba un destino',
};
