// lang-es - español. A pair is [one, other], by {n}.

export default {
  // the frame
  'navigation': 'Páginas', 'skip': 'Ir al contenido', 'language': 'Idioma', 'loading': 'Cargando…', 'close': 'Cerrar', 'cancel': 'Cancelar', 'stop': 'Detener',
  'more': 'Mostrar más', 'ago': 'hace {time}', 'perSecond': '{rate}/s', 'unit.d': 'd', 'unit.h': 'h', 'unit.min': 'min', 'unit.s': 's', 'unit.ms': 'ms',
  'navigation.overview': 'Resumen', 'navigation.messages': 'Mensajes', 'navigation.dead': 'Fallidos', 'navigation.settings': 'Ajustes',
  'overview.title': 'Resumen', 'messages.title': 'Mensajes', 'messages.one': 'Mensaje', 'dead.title': 'Mensajes fallidos', 'settings.title': 'Ajustes',
  'problem.unreachable': 'productsync no responde',
  'trouble.silent': 'productsync no responde. Lo que se ve puede estar desactualizado.', 'trouble.answer': 'productsync responde: {words}.', 'trouble.again': 'Nuevo intento en {time}.',

  // logging in
  'login.title': 'Iniciar sesión', 'login.button': 'Iniciar sesión', 'logout': 'Cerrar sesión', 'login.user': 'Usuario', 'login.password': 'Contraseña',
  'login.why': 'Los cambios requieren iniciar sesión. Después continuará lo que estaba haciendo.', 'login.needed': 'Estas páginas requieren iniciar sesión.',
  'login.wrong': 'Usuario o contraseña incorrectos.', 'login.limited': ['Demasiados intentos. Vuelva a intentarlo en {n} segundo.', 'Demasiados intentos. Vuelva a intentarlo en {n} segundos.'],

  // overview: the verdict
  'verdict.label': '¿Está llegando todo?',
  'verdict.good': 'Todo ha llegado. No hay nada en espera.', 'verdict.busy': ['Todo está llegando. {n} mensaje está en camino.', 'Todo está llegando. {n} mensajes están en camino.'],
  'verdict.warn': 'Hay algo que requiere atención.', 'verdict.bad': 'No todo está llegando.', 'verdict.nothing': 'No se está entregando nada.',
  'verdict.empty': 'Listo. Aún no se ha puesto nada en la cola.', 'verdict.done': ['{n} mensaje entregado hasta ahora.', '{n} mensajes entregados hasta ahora.'],
  'verdict.first': 'Los productos llegan de la tienda, por la API o a mano:',

  // overview: what is wrong
  'problem.worker': 'Ningún proceso está entregando. Inicie «productsync serve» o «productsync work».',
  'problem.destination': '{name}: {words}', 'problem.waits': ['{n} mensaje espera.', '{n} mensajes esperan.'],
  'problem.settings': 'Revisar sus ajustes', 'problem.look': 'Examinarlos', 'problem.limit': 'El límite', 'problem.which': '¿Cuáles?',
  'problem.dead': ['{n} mensaje fallido en {name}: {cause}. El último a las {at}.', '{n} mensajes fallidos en {name}: {cause}. El último a las {at}.'],
  'problem.more': ['{n} causa más de mensajes fallidos.', '{n} causas más de mensajes fallidos.'],
  'problem.full': 'La cola de {name} está llena: {n} de {most} mensajes. Los productos nuevos se rechazan hasta que se entreguen algunos.',
  'problem.nearlyFull': 'La cola de {name} está casi llena: {n} de {most} mensajes.',
  'problem.disk': 'El disco está lleno: quedan {free} para {path}. Los productos nuevos se rechazan; las entregas continúan.', 'problem.diskSoon': 'El disco está casi lleno: quedan {free} para {path}.',
  'problem.old': '{name}: el mensaje más antiguo lleva {age} esperando.',
  'problem.orphan': ['{name} ya no está en los ajustes y {n} mensaje lo espera.', '{name} ya no está en los ajustes y {n} mensajes lo esperan.'],

  // overview: figures
  'figures.title': 'Cifras', 'tile.in': 'Entradas', 'tile.out': 'Entregas', 'tile.backlog': 'En espera', 'tile.oldest': 'Espera más larga', 'tile.drain': 'Tiempo restante',
  'tile.success': 'Tasa de éxito', 'tile.latency': 'Latencia de la API', 'tile.total': 'De la entrada a la entrega',
  'tile.backlog.note': 'en envío: {flight} · aplazados: {delayed}', 'tile.success.note': 'de las peticiones, últimos {time}', 'tile.latency.note': 'mediana; 95 %: {p95}, 99 %: {p99}',
  'oldest.none': 'ninguna', 'oldest.note': 'desde {at}', 'drain.none': 'nada en espera', 'drain.note': 'al ritmo actual', 'drain.unknown': 'desconocido', 'drain.until': 'continúa a las {until}',
  'chart.says': '{name} en la última hora: ahora {now}, como máximo {top}',

  // destinations
  'destinations.title': 'Destinos', 'badge.ok': 'OK', 'badge.throttled': 'Frenado', 'badge.open': 'Caído', 'badge.probing': 'A prueba', 'badge.suspended': 'Suspendido', 'badge.paused': 'En pausa',
  'state.ok': 'Entregando.', 'state.well': 'Nada espera por él.', 'state.idle': 'Ningún proceso le entrega.', 'state.orphaned': 'Ya no está en los ajustes; sus mensajes siguen en espera.',
  'state.paused': 'En pausa a mano desde {since}.', 'state.paused.why': 'En pausa a mano desde {since}: {reason}.',
  'state.suspended': 'Suspendido desde {since}: {reason}. Seguirá así hasta que cambien sus ajustes o se reanude.',
  'state.throttled': 'En pausa hasta {until} porque la API respondió {reason}.',
  'state.open': 'Parece caído. Se intentará una entrega a las {until}.', 'state.open.why': 'Parece caído: {reason}. Se intentará una entrega a las {until}.',
  'state.probing': 'A prueba: una entrega decide.', 'state.probing.why': 'A prueba: una entrega decide. Último fallo: {reason}.',
  'fact.ready': 'Listos', 'fact.in_flight': 'En envío', 'fact.delayed': 'Aplazados', 'fact.dead': 'Fallidos', 'fact.done': 'Entregados', 'fact.rate': 'Ritmo', 'fact.requests': 'Peticiones',
  'fact.last_success': 'Último éxito', 'fact.of': '{n} de {most}',
  'destination.messages': 'Sus mensajes', 'destination.pause': 'Pausar', 'destination.resume': 'Reanudar', 'destination.try': 'Probar ahora',
  'destination.pause.title': '¿Pausar {name}?', 'destination.pause.explain': 'No se le envía nada hasta que se reanude. Los productos siguen entrando en la cola.', 'destination.pause.reason': 'Motivo (para los demás)',
  'destination.pause.done': '{name} está en pausa.', 'destination.resume.done': '{name} continúa.',

  // what the program says of failures, by its own words
  'said.name not found': 'nombre no encontrado',
  'said.connection refused': 'conexión rechazada',
  'said.connecting timed out': 'tiempo de conexión agotado',
  'said.timed out': 'tiempo de respuesta agotado',
  'said.TLS failed': 'fallo de TLS',
  'said.certificate not trusted': 'certificado no reconocido',
  'said.connection lost': 'conexión perdida',
  'said.HTTP/2 stream error': 'error de flujo HTTP/2',
  'said.the answer\'s header is larger than 64 KB': 'la cabecera de la respuesta supera 64 KB',
  'said.not an HTTP answer': 'la respuesta no es HTTP',
  'said.private address refused': 'dirección privada rechazada',
  'said.proxy failed': 'fallo del proxy',
  'said.network error': 'error de red',
  'said.stopped by us': 'detenido por nosotros',
  'said.out of memory': 'memoria insuficiente',
  'said.too many open files': 'demasiados archivos abiertos',
  'said.it refuses the credentials, HTTP 401 or 403': 'rechaza las credenciales, HTTP 401 o 403',
  'said.it says that it is gone for good, HTTP 410': 'dice que ya no existe, HTTP 410',
  'said.refused': '{n} mensajes distintos rechazados seguidos, el último con {last}',
  'said.trial': 'la prueba también fue rechazada, con {last}',

  // messages
  'message.ready': 'Listo', 'message.in_flight': 'En envío', 'message.delayed': 'Aplazado', 'message.dead': 'Fallido', 'message.done': 'Entregado', 'message.discarded': 'Descartado', 'message.replaced': 'Sustituido',
  'column.product': 'Producto', 'column.state': 'Estado', 'column.destination': 'Destino', 'column.created': 'Entrada', 'column.tries': 'Peticiones', 'column.cause': 'Último fallo',
  'search.product': 'Producto', 'search.product.form': 'el número de un producto', 'search.shop': 'Tienda', 'search.shop.form': 'número o identidad', 'search.any': 'todos', 'search.button': 'Buscar', 'search.needsProduct': 'Para buscar por tienda, indique también un producto.',
  'shop.short': '(tienda {shop})',
  'messages.found': ['{n} mensaje.', '{n} mensajes.'], 'messages.first': 'Los primeros {n} mensajes.', 'messages.none': 'Ningún mensaje coincide.', 'messages.empty': 'Aún no hay mensajes.',
  'message.title': 'Producto {product}', 'message.others': 'Todos los mensajes de este producto',
  'fact.key': 'Clave de idempotencia', 'fact.batch': 'Lote', 'fact.trace': 'Traza', 'fact.replaced_by': 'Sustituido por',
  'payload.title': 'Contenido', 'payload.gone': 'El contenido ya no se conserva.', 'answer.title': 'Respuesta de la API', 'answer.none': 'Ninguna todavía.', 'cause.unknown': 'desconocida',
  'life.title': 'Su recorrido', 'life.put': 'Puesto en la cola', 'life.for': 'para {name}', 'life.try': 'Petición {n}', 'life.accepted': 'respuesta {status}', 'life.counted': 'cuenta como intento fallido',
  'life.answer': 'Respuesta', 'life.earlier': ['{n} petición anterior ya no se conserva.', '{n} peticiones anteriores ya no se conservan.'],
  'life.delayed': 'Se volverá a intentar entonces.', 'life.ready': 'Listo: se envía en cuanto llegue su turno.', 'life.turn': 'Espera a un mensaje anterior del mismo producto.', 'life.in_flight': 'Enviándose ahora.',
  'life.done': 'Entregado', 'life.dead': 'Fallido: no se reintenta', 'life.discarded': 'Descartado', 'life.replaced': 'Sustituido por un mensaje nuevo',
  'resend': 'Enviar de nuevo', 'resend.done': 'Anunciado de nuevo, con la clave {key}.',

  // dead letters
  'dead.none': 'No hay mensajes fallidos.', 'dead.total': ['{n} mensaje fallido, {causes}.', '{n} mensajes fallidos, {causes}.'], 'dead.causes': ['{n} causa', '{n} causas'],
  'dead.all': 'Todas las causas', 'dead.gone': 'Ningún mensaje fallido tiene (ya) esta causa.', 'dead.retry': 'Reintentar', 'dead.discard': 'Descartar', 'dead.retryAll': 'Reintentar todos', 'dead.discardAll': 'Descartar todos',
  'dead.retryEvery': 'Reintentar todos los mensajes fallidos', 'dead.discardEvery': 'Descartar todos los mensajes fallidos',
  'dead.retryThese': ['Reintentar', 'Reintentar los {n}'], 'dead.discardThese': ['Descartar', 'Descartar los {n}'], 'dead.retrySelected': 'Reintentar la selección ({n})', 'dead.discardSelected': 'Descartar la selección ({n})',
  'dead.select': 'Seleccionar el producto {product}', 'dead.selectAll': 'Seleccionar los mostrados', 'dead.selected': ['{n} seleccionado', '{n} seleccionados'],
  'group.note': 'en {name}, de {from} a {to}', 'group.says': ['{n} mensaje fallido en {name}, de {from} a {to}.', '{n} mensajes fallidos en {name}, de {from} a {to}.'],
  'letter.product': 'Producto {product}', 'letter.tries': ['{n} petición', '{n} peticiones'], 'letter.life': 'Todo su recorrido',
  'bulk.retry.title': ['¿Reintentar {n} mensaje fallido?', '¿Reintentar {n} mensajes fallidos?'], 'bulk.retry.explain': ['Se envía de nuevo, con el mismo contenido y la misma clave.', 'Se envían de nuevo, con los mismos contenidos y claves.'], 'bulk.retry.button': ['Reintentar', 'Reintentar los {n}'],
  'bulk.discard.title': ['¿Descartar {n} mensaje fallido?', '¿Descartar {n} mensajes fallidos?'], 'bulk.discard.explain': ['No se enviará nunca. No se puede deshacer.', 'No se enviarán nunca. No se puede deshacer.'], 'bulk.discard.button': ['Descartar', 'Descartar los {n}'],
  'bulk.retry.done': ['{n} mensaje fallido está de nuevo en camino.', '{n} mensajes fallidos están de nuevo en camino.'], 'bulk.discard.done': ['{n} mensaje fallido descartado.', '{n} mensajes fallidos descartados.'],
  'bulk.newer': ['{n} se dejó, porque se entregó algo más reciente de su producto.', '{n} se dejaron, porque se entregó algo más reciente de sus productos.'], 'bulk.missing': ['{n} ya no estaba fallido.', '{n} ya no estaban fallidos.'],
  'bulk.progress': 'Progreso', 'bulk.sofar': '{done} de {total}', 'bulk.options': 'Opciones', 'bulk.newKey': 'con claves nuevas, como mensajes nuevos', 'bulk.force': 'también donde entretanto se entregó algo más reciente',
  'edit': 'Corregir y reintentar', 'edit.title': 'Corregir el producto {product}', 'edit.explain': 'El contenido corregido será un mensaje nuevo con una clave nueva; este queda marcado como sustituido.', 'edit.button': 'Enviar corregido', 'edit.done': 'Enviado como mensaje nuevo, con la clave {key}.',

  // settings
  'settings.explain': 'Lo que rige ahora y de dónde viene. Las direcciones, las credenciales y lo que las protege solo se cambian en el archivo de configuración.',
  'settings.find': 'Buscar', 'settings.only': 'solo lo que no es el valor por defecto', 'settings.found': ['{n} ajuste.', '{n} ajustes.'], 'settings.unset': 'sin definir', 'settings.secret': 'secreto',
  'settings.change': 'Cambiar {name}', 'settings.button': 'Cambiar', 'settings.save': 'Guardar', 'settings.back': 'Deshacer el cambio hecho aquí', 'settings.changed': 'Cambiado: {what}', 'settings.same': 'Nada ha cambiado.',
  'column.setting': 'Ajuste', 'column.value': 'Valor', 'column.from': 'Origen',
  'from.default': 'por defecto', 'from.shop': 'tienda', 'from.file': 'archivo', 'from.dashboard': 'cambiado aquí', 'from.environment': 'entorno', 'from.command line': 'línea de comandos',
};
