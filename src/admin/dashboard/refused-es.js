// refused-es - lo que dice la API al rechazar. The API's problems in Spanish, by their English; {parts} are carried over,
// and a {kind} is one of the kinds below.

export const problems = {
  // titles, where there is no more to say
  'Not the host that was asked for': 'No es el host pedido',
  'Not this way': 'Por este camino no',
  'Too many requests': 'Demasiadas peticiones',
  'Who are you?': '¿Quién es usted?',
  'Not allowed': 'No permitido',
  'Not from our own page': 'No viene de nuestra página',
  'Not to be changed here': 'No se cambia aquí',
  'The settings are wrong': 'Los ajustes son incorrectos',
  'The settings cannot be stored': 'Los ajustes no se pueden guardar',
  'Not now': 'Ahora no',
  'Nothing can be changed now': 'Ahora no se puede cambiar nada',
  'Too much at once': 'Demasiado a la vez',
  'Too many requests at once': 'Demasiadas peticiones a la vez',
  'Too many log in at once': 'Demasiados inicios de sesión a la vez',
  'Too many wrong passwords': 'Demasiadas contraseñas incorrectas',
  'Wrong name or password': 'Usuario o contraseña incorrectos',
  'Not that type': 'Tipo de contenido incorrecto',
  'The process is about to stop': 'El proceso está a punto de detenerse',
  'The answer would be too long': 'La respuesta sería demasiado larga',
  'Out of memory': 'Memoria insuficiente',
  'out of memory': 'memoria insuficiente',
  'Storage failed': 'Fallo de almacenamiento',
  'The queue is handed over to another process': 'La cola pasa a otro proceso',
  "The queue's driver cannot do that": 'El controlador de la cola no puede hacer eso',
  'No such thing': 'No existe',
  'Not in this state': 'No en este estado',
  'The product is refused': 'El producto se rechaza',
  'It cannot be stored': 'No se puede guardar',
  'The request is wrong': 'La petición es incorrecta',
  'The request target is malformed': 'La dirección pedida está mal formada',
  'No such resource': 'Recurso desconocido',
  'The resource does not have this method': 'El recurso no tiene este método',
  'The body has more than one length': 'El cuerpo tiene más de una longitud',
  'The body is too large': 'El cuerpo es demasiado grande',
  'The header is too large': 'La cabecera es demasiado grande',

  // who may do what
  'the name in the header Host is not one of ours; serve.hosts lists those that count':
    'el nombre de la cabecera Host no es uno de los nuestros; serve.hosts enumera los que cuentan',
  'requests come directly, or through the proxy that serve.proxy names, not both':
    'las peticiones llegan directamente o por el proxy que indica serve.proxy, no de ambos modos',
  'the proxy in front took this request without TLS': 'el proxy situado delante recibió esta petición sin TLS',
  'this client is beyond its limit': 'este cliente supera su límite',
  'this needs a login, or an API token as Authorization: Bearer':
    'esto requiere iniciar sesión, o un token de API como Authorization: Bearer',
  'this user or token has not the scope for it': 'este usuario o token no tiene permiso para ello',
  'a change with a cookie needs X-CSRF-Token, and comes from this very site':
    'un cambio con cookie necesita X-CSRF-Token y debe venir de este mismo sitio',
  'Retry-After says in how many seconds to try again': 'Retry-After dice en cuántos segundos volver a intentarlo',
  'name or password is too long, or no text': 'el usuario o la contraseña es demasiado largo, o no es un texto',

  // what was asked
  'expected application/json': 'se espera application/json',
  'ask for fewer at a time': 'pida menos a la vez',
  'at most {n} bytes are taken': 'se aceptan como máximo {n} bytes',
  'the body must be a JSON object': 'el cuerpo debe ser un objeto JSON',
  'there is no member "{name}" here': 'aquí no hay ningún miembro «{name}»',
  '"{name}" must be {kind}': '«{name}» debe ser {kind}',
  '"{name}" must not have a NUL in it': '«{name}» no debe contener un NUL',
  '"{name}" is missing': 'falta «{name}»',
  '{word} must be a whole number from {min} to {max}': '{word} debe ser un número entero de {min} a {max}',
  'there is no state "{state}"': 'no hay ningún estado «{state}»',
  'that is no cursor of ours': 'ese cursor no es de los nuestros',
  '"shop" goes with "product"': '«shop» va con «product»',
  'there is no such message': 'ese mensaje no existe',
  'there is no message {word}': 'no hay ningún mensaje {word}',
  'there is no destination {word}': 'no hay ningún destino {word}',
  "{name} is held by its shop ({kind}): answer or end that on the module's page in the shop; --force delivers nevertheless":
    '{name} está retenido por su tienda ({kind}): resuélvalo en la página del módulo, en la tienda; --force envía de todos modos',
  "{name} is no longer paused by hand, but held by its shop ({kind}): answer or end that on the module's page in the shop; --force delivers nevertheless":
    '{name} ya no está en pausa a mano, pero lo retiene su tienda ({kind}): resuélvalo en la página del módulo, en la tienda; --force envía de todos modos',
  "{name} is held by its shop ({kind}), {n} more too: answer or end that on the module's page in the shop; --force delivers nevertheless":
    '{name} está retenido por su tienda ({kind}), {n} más también: resuélvalo en la página del módulo, en la tienda; --force envía de todos modos',
  '"reason" may have at most {n} bytes': '«reason» tiene como máximo {n} bytes',
  'the driver {name} keeps no history': 'el controlador {name} no guarda historial',
  'the process is about to stop': 'el proceso está a punto de detenerse',

  // dead letters
  '"ids" must have 1 to {n} of them': '«ids» debe tener de 1 a {n}',
  '"ids" must be the texts that lists call "id"': '«ids» debe contener los textos que las listas llaman «id»',
  'say which: exactly one of "ids", "group" and "all": true':
    'diga cuáles: exactamente uno de «ids», «group» y «all»: true',
  '"ids" go without "destination" and "cursor"': '«ids» va sin «destination» ni «cursor»',
  '"limit" must be from 1 to {n}': '«limit» debe ir de 1 a {n}',
  'no dead letter has the cause {cause}': 'ningún mensaje fallido tiene la causa {cause}',
  'there is no such dead letter': 'ese mensaje fallido no existe',
  'there is no dead letter {word}': 'no hay ningún mensaje fallido {word}',
  'there must be one product in the body': 'el contenido debe ser un solo producto',
  'there is no product in the body': 'el contenido no tiene ningún producto',
  'the dead letter is of product {product}, not of {other}':
    'el mensaje fallido es del producto {product}, no del producto {other}',
  'message {id} is forgotten meanwhile': 'el mensaje {id} se ha olvidado entretanto',
  'the payload of message {id} is not kept any more': 'el contenido del mensaje {id} ya no se conserva',
  'its newest message {id} for {name} is a dead letter: retry that one':
    'su mensaje más reciente, {id} para {name}, está fallido: reintente ese',
  'its newest message {id} for {name} is not finished yet ({kind})':
    'su mensaje más reciente, {id} para {name}, aún no ha terminado ({kind})',
  'there is no message of product {product} to send again':
    'no hay ningún mensaje del producto {product} que enviar de nuevo',
  '"product" must be a positive integer': '«product» debe ser un entero positivo',

  // the queue
  'the payload is longer than 1 MB': 'el contenido supera 1 MB',
  '{n} dead letters: no free revision was found': '{n} mensajes fallidos: no se encontró ninguna revisión libre',
  'too many operations wait for the queue: try again': 'demasiadas operaciones esperan a la cola: vuelva a intentarlo',
  'the destination has queue.max_depth messages that are not finished':
    'el destino tiene queue.max_depth mensajes sin terminar',
  'there are more destinations than a queue file takes': 'hay más destinos de los que admite un archivo de cola',
  'less space is free on the disk than queue.reserve': 'queda menos espacio en el disco que queue.reserve',
  'the disk is full': 'el disco está lleno',
  'queue file {path} is busy: try again': 'el archivo de la cola {path} está ocupado: vuelva a intentarlo',
  'queue file {path} is being closed: try again later':
    'el archivo de la cola {path} se está cerrando: vuelva a intentarlo más tarde',
  'queue file {path}: the disk is full: free some space':
    'archivo de la cola {path}: el disco está lleno: libere espacio',

  // settings
  'there is no such setting': 'ese ajuste no existe',
  'is changed in the configuration file': 'se cambia en el archivo de configuración',
  'a value is a text, or null': 'un valor es un texto, o null',
  '"settings" is empty': '«settings» está vacío',
  'at most {n} settings at once': 'como máximo {n} ajustes a la vez',
  'at most {n} settings are changed': 'se cambian como máximo {n} ajustes',
  'state.folder: the path is too long': 'state.folder: la ruta es demasiado larga',
  "cannot be set in the dashboard's file": 'no se puede definir en el archivo del panel',
  'expected {kind}': 'se espera {kind}',
  'is too large; expected {kind}': 'valor demasiado grande; se espera {kind}',
  'is above {limit}, which is {value}': 'supera {limit}, que es {value}',
  '{limit} must be at least {least} with {name} = {value}': '{limit} debe ser al menos {least} con {name} = {value}',
  'has a control character': 'contiene un carácter de control',
  'has characters that cannot stand there': 'contiene caracteres que no pueden estar ahí',
  'a value has characters that cannot stand in a file of settings, or is too long':
    'un valor contiene caracteres que no pueden estar en un archivo de ajustes, o es demasiado largo',
  'has a character that a header must not have (control or not ASCII)':
    'contiene un carácter que una cabecera no debe tener (de control o no ASCII)',
  'begins or ends with white space': 'empieza o termina con un espacio',
  'stands in quotes, which would be sent; write it without them':
    'está entre comillas, que se enviarían; escríbalo sin ellas',
  'has a # behind a space; a comment behind a value begins with a ;':
    'contiene un # tras un espacio; un comentario tras un valor empieza con un ;',
  'is not UTF-8': 'no es UTF-8',
  'the header {name} cannot be set here': 'la cabecera {name} no se puede definir aquí',
  'the header {name} has no value': 'la cabecera {name} no tiene valor',
  'the header {name} is too long': 'la cabecera {name} es demasiado larga',
  "a socket's path has at most {n} bytes": 'la ruta de un socket tiene como máximo {n} bytes',
  'has more than {n} names': 'tiene más de {n} nombres',
  'names {name} twice': 'nombra {name} dos veces',
  '{word} is sent anyway': '{word} se envía de todos modos',
  'the token and the idempotency key cannot have the same header':
    'el token y la clave de idempotencia no pueden tener la misma cabecera',
  '{header} is set from destination.token; remove it here, or set auth = none':
    '{header} viene de destination.token; quítela de aquí o ponga auth = none',
  '{header} carries the idempotency key': '{header} lleva la clave de idempotencia',
  'begins with http://, which protects neither token nor products; use https://, or set allow_http = yes':
    'empieza por http://, que no protege ni el token ni los productos; use https:// o ponga allow_http = yes',
  'the destination {name} has no url; give it one, or remove its section':
    'el destino {name} no tiene url; dele una o quite su sección',
  '[shop {name}]: there is no destination {destination}': '[shop {name}]: no hay ningún destino {destination}',
  '[shop {name}] needs path, or host, user and database': '[shop {name}] necesita path, o host, user y database',
  'needs {name} as well': 'necesita también {name}',
  'there is no such group': 'ese grupo no existe',
  'contradicts input.tax = excluded, with which prices are sent without tax':
    'contradice input.tax = excluded, con el que los precios se envían sin impuestos',

  // a corrected payload
  'this is neither JSON nor a table with the columns id, name, price and stock, nor a product export of PrestaShop; it begins: {value}':
    'no es JSON, ni una tabla con las columnas id, name, price y stock, ni una exportación de productos de PrestaShop; empieza así: {value}',
  'this is no JSON object: {value}': 'no es un objeto JSON: {value}',
  'this is no JSON: it ends before it is complete': 'no es JSON: falta el final',
  'this is no JSON: the line ends inside a value': 'no es JSON: la línea termina en medio de un valor',
  'this is no JSON: the line ends inside a value (in line {n})':
    'no es JSON: la línea {n} termina en medio de un valor',
  'this is no JSON from here on: {value} (in line {n})': 'deja de ser JSON a partir de aquí: {value} (línea {n})',
  'this is no JSON from here on: {value}': 'deja de ser JSON a partir de aquí: {value}',
  'there is text after the object: {value}': 'hay texto después del objeto: {value}',
  'there is text after the end of the array': 'hay texto después del final de la lista',
  'there is a comma before the closing bracket': 'hay una coma antes del corchete de cierre',
  'the input ends behind a comma': 'el contenido termina tras una coma',
  'the array is not closed': 'la lista no está cerrada',
  'the object is not closed': 'el objeto no está cerrado',
  'the array is broken here: neither "," nor "]"': 'la lista es incorrecta aquí: ni «,» ni «]»',
  'the object is broken here: neither "," nor "}"': 'el objeto es incorrecto aquí: ni «,» ni «}»',
  'nested deeper than {n} levels': 'anidado en más de {n} niveles',
  'not valid UTF-8': 'no es UTF-8',
  'the record is longer than input.max_record': 'el producto supera input.max_record',
  '{word} is missing': 'falta {word}',
  '{word} is empty': '{word} está vacío',
  '{word} is not a number: {value}': '{word} no es un número: {value}',
  '{word} is not an integer: {value}': '{word} no es un entero: {value}',
  '{word} is too small, at least 0: {value}': '{word} es demasiado pequeño, al menos 0: {value}',
  '{word} is too large, at most {n}: {value}': '{word} es demasiado grande, como máximo {n}: {value}',
  'id is not above zero: {value}': 'id no es mayor que cero: {value}',
  'name is not text: {value}': 'name no es un texto: {value}',
  'name is not text in language {language}': 'name no es un texto en el idioma {language}',
  'name is longer than {n} characters': 'name supera {n} caracteres',
  'name is not valid UTF-8 at byte {n} ({byte})': 'name no es UTF-8 en el byte {n} ({byte})',
  'name is empty in every language': 'name está vacío en todos los idiomas',
  'name is a list of something else than {id, value}': 'name es una lista de otra cosa que {id, value}',
  'name holds half a surrogate pair': 'name contiene la mitad de un par suplente',
  'name holds half a surrogate pair in language {language}':
    'name contiene la mitad de un par suplente en el idioma {language}',
  'name has a language code with half a surrogate pair':
    'name tiene un código de idioma con la mitad de un par suplente',
  "a member's name holds half a surrogate pair": 'el nombre de un miembro contiene la mitad de un par suplente',
  'a member of input.pass is too long or holds half a surrogate pair':
    'un miembro de input.pass es demasiado largo o contiene la mitad de un par suplente',
  'price is too large': 'price es demasiado grande',
  'price is negative: {value}': 'price es negativo: {value}',
  'price has too many digits: {value}': 'price tiene demasiados dígitos: {value}',
  'stock is negative: {value} (input.negative_stock = zero sends 0)':
    'stock es negativo: {value} (input.negative_stock = zero envía 0)',
};

/** What a value may be, and what else stands within a problem. */
export const kinds = {
  text: 'un texto',
  'a text': 'un texto',
  'a list': 'una lista',
  'an object': 'un objeto',
  'true or false': 'true o false',
  'a whole number': 'un número entero',
  'yes or no': 'yes (sí) o no (no)',
  'an integer from {min} to {max}': 'un entero de {min} a {max}',
  'a number from {min} to {max}': 'un número de {min} a {max}',
  'a duration with its unit (ms, s, m, h, d) from {min} to {max}':
    'una duración con su unidad (ms, s, m, h, d) de {min} a {max}',
  'a size with its unit (B, KB, MB, GB) from {min} to {max}':
    'un tamaño con su unidad (B, KB, MB, GB) de {min} a {max}',
  '{list} or {word}': '{list} o {word}',
  sqlite: 'sqlite',
  "a header's name: 1 to 64 letters, digits or {signs}": 'un nombre de cabecera: de 1 a 64 letras, dígitos o {signs}',
  '`Name: value`': '`Nombre: valor`',
  "a group's name": 'un nombre de grupo',
  "a language's code, such as fr or pt-BR": 'un código de idioma, por ejemplo fr o pt-BR',
  'a percentage from 0 to 100, such as 20 or 5.5': 'un porcentaje de 0 a 100, por ejemplo 20 o 5.5',
  'names of 1 to 64 bytes, separated by commas without spaces':
    'nombres de 1 a 64 bytes, separados por comas sin espacios',
  'names of destinations, separated by commas without spaces': 'nombres de destinos, separados por comas sin espacios',
  'names such as productsync.example.com, separated by commas without spaces or ports':
    'nombres como productsync.example.com, separados por comas, sin espacios ni puertos',
  '1 to 64 characters out of a-z 0-9 . _ -': 'de 1 a 64 caracteres de entre a-z 0-9 . _ -',
  'at most 32 letters, digits or _': 'como máximo 32 letras, dígitos o _',
  'an IP address, such as 127.0.0.1 or ::1': 'una dirección IP, por ejemplo 127.0.0.1 o ::1',
  ready: 'listo',
  in_flight: 'en envío',
  delayed: 'aplazado',
  "paused in the shop's settings": 'en pausa en los ajustes de la tienda',
  'paused: the module is off in the shop': 'el módulo está desactivado en la tienda',
  "paused: the shop's address is not the one that its settings were saved on":
    'la dirección de la tienda no es la de cuando se guardaron sus ajustes',
  "paused in the shop's settings, and the shop's address is not the one that they were saved on":
    'en pausa en los ajustes de la tienda, cuya dirección no es la de cuando se guardaron',
  'paused: the module is off in the shop, whose address is not the one that its settings were saved on':
    'el módulo está desactivado en la tienda, cuya dirección no es la de cuando se guardaron sus ajustes',
  'paused: the module is not installed in the shop': 'el módulo no está instalado en la tienda',
  'paused: its shop was not reached since the start': 'no se ha llegado a la tienda desde el arranque',
  'the queue is full': 'la cola está llena',
  'body:{n}': 'línea {n}',
};
