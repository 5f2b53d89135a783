"""How a danger is reported in Spanish."""

from __future__ import annotations

import re

from knowledge.safety.phrases import Phrases, one_of

_FUMES = r"(?:gas|refrigerante|amoniaco|nh3|co2|monoxido|propano|freon|vapor|r-?\d{2,4}[a-z]{0,2})"
_PEOPLE = (
    r"(?:companer[oa]|colega|tecnic[oa]|alguien|persona|hombre|mujer|cliente|trabajador[a]?|ayudante"
    r"|aprendiz|operari[oa]"
    r"|jef[ea]|electricista)"
)
_ELECTRICS = (
    r"(?:electric\w+|cuadro|armario|tablero|enchufe\w*|cables?|variador|inversor|caja de"
    r" (?:bornes|conexiones))"
)
_FLOWS = r"(?:gotea|goteando|cae|cayendo|entra|entrando|chorrea|sale|saliendo|corre|corriendo|salpica)"
_TO = r"(?:sobre|en|dentro|encima|al|a|por|del?)(?: el| la| los| del?| un| una)*(?: \w+)?"

_ALARMS = one_of(
    r"hay (?:\w+ )?(?:fuego|h?umo|llamas|chispas)(?! detector)|se (?:esta )?quema\b|se esta quemando"
    r"|esta ardiendo",
    r"(?:sale|saliendo|echa|echando) (?:\w+ )?h?umo|humeando|saltan? chispas|en llamas|se incendio"
    r"|incendio en",
    r"huele (?:\w+ ){0,4}(?:gas|quemado|humo|raro|chamuscado)|olor a (?:gas|quemado|humo)",
    r"exploto|explosion\b|electrocut\w+|calambrazo|no puedo respirar|no respira\b|una ambulancia",
    r"me (?:dio|ha dado) (?:la corriente|(?:un |una )?(?:calambre|descarga))",
)
_REPORTS = one_of(
    rf"(?:sale|saliendo|escapa|escapando|pierde|perdiendo|silba) (?:\w+ ){{0,2}}{_FUMES}",
    rf"{_FUMES} (?:\w+ ){{0,3}}(?:escapa|escapando|saliendo|silba|silbando|fugando|sale (?:por|del?|en))",
    rf"(?:hay|tenemos|tengo|veo) (?:una )?(?:\w+ )?fuga de {_FUMES}|fuga de (?:gas|amoniaco)(?: (?:en"
    rf"|aqui)|$)",
    rf"{_PEOPLE} (?:\w+ ){{0,4}}(?:cayo|caido|caida|inconsciente|desmay\w+|herid[oa]|lesionad[oa]"
    rf"|sangra\w*|atrapad[oa])",
    r"(?:cayo|caido|caida|cai) (?:de|desde|por) (?:la |el |una |un )?(?:escaleras?|techo|andamio"
    r"|plataforma|tejado)",
    r"me (?:he )?(?:cai|caido) (?:de|desde|por|al)|inconsciente|desmayad[oa]|se desmayo|(?:esta|estoy)"
    r" (?:herid|lesionad)[oa]",
    r"heridos?\b|(?:mano|dedo|brazo|pierna|pie) (?:\w+ ){0,2}(?:atrapad[oa]|aplastad[oa]|cortad[oa]"
    r"|quemad[oa])",
    r"se (?:quemo|corto|rompio) (?:la mano|el dedo|el brazo|la pierna|el pie|la cara)",
    r"descarga electrica|(?:recib\w+|sufri\w+) una descarga|(?:estoy|me siento|esta) maread[oa]|me mareo",
    rf"(?:agua|condensado|lluvia) (?:\w+ ){{0,3}}{_FLOWS}? ?(?:\w+ )?{_TO} {_ELECTRICS}",
    rf"{_FLOWS} (?:\w+ ){{0,2}}(?:agua|condensado|lluvia) {_TO} {_ELECTRICS}",
)
_UNREAL = one_of(
    r"(?:en caso de|evitar|prevenir|que pasa si|podria|no hay|no huele|no sale|sin (?:humo|fuego|gas"
    r"|chispas)|nadie"
    r"|ayer|la semana pasada|el mes pasado|reparad[oa]|proteccion|contra)\b",
)
_ASKING = re.compile(
    r"^\W*(?:y |pero |hola |por favor )*(?:como\b|cual\w*|que (?:es|son|significa|presion|carga|tipo)\b"
    r"|donde\b|cuando\b"
    r"|cuant\w+|es normal|(?:puedo|debo|se puede|hay que)\b|para que\b)"
)
_EVERYDAY = one_of(
    r"normal\b|detector\w*|sensor\w*|alarma\b|calibra\w+|prueba\b|procedimiento\b|normas?\b"
    r"|mantenimiento\b|bandeja\b"
    r"|temperatura\b|buscar?\b"
)
_TRIGGERS = """
huele humo refrigerante amoniaco escapando saliendo inconsciente descarga electrica escalera companero
caido quemado
chispas mareado fuga goteando herido explosion tecnico
"""

SPANISH = Phrases(
    alarms=_ALARMS,
    reports=_REPORTS,
    unreal=_UNREAL,
    asking=_ASKING,
    everyday=_EVERYDAY,
    triggers=frozenset(_TRIGGERS.split()),
    joins=re.compile(
        r", (?=(?:y |pero )?(?:hay|el|la|mi|se|me|esta|estoy|huele|sale|alguien|un|una|que|como|donde)\b)"
    ),
    lookalikes=frozenset(
        [
            "inconscient",
            "descargar",
            "descargas",
            "electricas",
            "electrico",
            "escaleras",
            "tecnica",
            "tecnicos",
            "heridos",
            "quemador",
        ]
    ),
)
