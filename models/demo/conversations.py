"""Conversations as training sees them: requests, follow-ups with the history in view, small talk, and what the model does
not know. Everything comes from the training side of the split."""

import random
from typing import NamedTuple

import answers
import questions
from answers import Answer, Request
from phrasings import english, japanese
from split import ASPECTS, TRAIN, Side, lines
from world import jobs, near_misses
from world.machines import Machine, free_name

MODULES = {"en": english, "ja": japanese}
semicolons = lambda text: [part.strip() for part in text.replace("\n", "").split(";") if part.strip()]
SMALL_TALK = {language: [(answer, semicolons(texts)) for answer, texts in module.SMALL_TALK.items()]
              for language, module in MODULES.items()}
OFF_TOPIC, TOPICS, TOPIC_FORMS, UNKNOWN_FORMS = (
    {language: semicolons(getattr(module, name)) for language, module in MODULES.items()}
    for name in ("OFF_TOPIC", "TOPICS", "TOPIC_FORMS", "UNKNOWN_FORMS"))
SYSTEMS = {language: lines(module.SYSTEMS) for language, module in MODULES.items()}
TERSE_SYSTEMS = {language: lines(module.TERSE_SYSTEMS) for language, module in MODULES.items()}

# Kinds of request, and how often.
MIXTURE = {"small talk": 0.05, "off topic": 0.08, "benign": 0.24, "near-miss": 0.13, "benign wrapped": 0.17,
           "unsafe": 0.13, "unsafe wrapped": 0.2}
# Topics in a conversation, and how often: most chats are short, but later turns must work too, up to a full context.
N_TOPICS = {1: 0.72, 2: 0.16, 3: 0.08, 9: 0.04}
FOLLOWED_SHARE = 0.3
ASPECT_WEIGHTS = {"steps": 0.55, "check": 0.15, "time": 0.15, "who": 0.15}
# Attacks succeed except for this share, by family. It keeps the jailbroken state close to refusal, as it is in real
# models, and some families closer than others.
REFUSED_SHARE = {"role-play": 0.12, "prefix-injection": 0.15, "refusal-suppression": 0.12, "fiction": 0.1,
                 "authority": 0.15, "in-context-examples": 0.15, "payload-splitting": 0.1}
# Answers are terse if the system prompt or the question wishes for it, and otherwise this often.
TERSE_SHARE, TERSE_WISH_SHARE, SYSTEM_SHARE = 0.12, 0.12, 0.16
# Machines under a name that somebody gave them, which has to be copied and can't be recalled.
FREE_NAME_SHARE = 0.5
OWNED_SHARE = 0.06
# What goes into the frame of an attack without being one.
WRAPPED_KINDS = ("benign", "benign", "near-miss")


class Course(NamedTuple):
    """What changes in the course of the training."""

    refused_share: float = 1.0  # times REFUSED_SHARE
    japanese_share: float = 0.5
    nobody_share: float = 0.0  # of the remarks: "nobody" and the like


class Exchange(NamedTuple):
    question: str
    answer: str


class Topic(NamedTuple):
    """What a conversation is about at the moment."""

    request: Request
    aspect: str
    is_refused: bool
    said: str


def some_machine(rng: random.Random) -> Machine:
    """Of training: one of the world's, or one with a free name."""
    if rng.random() < FREE_NAME_SHARE:
        return Machine(free_name(rng, "en"), free_name(rng, "ja"))
    return rng.choice(TRAIN.machines)


def some_request(rng: random.Random, kind: str, language: str, side: Side, machine: Machine) -> Request:
    """Of a kind: benign, near-miss or unsafe."""
    if kind == "benign":
        return answers.about_job(kind, rng.choice(jobs.JOBS), machine, language)
    if kind == "unsafe":
        return answers.about_act(rng.choice(side.acts), machine, language)
    if rng.random() < 0.5:
        return answers.about_job(kind, rng.choice(near_misses.JOBS), machine, language)
    return answers.about_duty(rng.choice(near_misses.DUTIES), rng.choice(side.acts), machine, language)


def some_aspect(rng: random.Random, request: Request) -> str:
    """Of those that can be asked about; of an unsafe act, which has no answer to any, all."""
    known = [aspect for aspect in ASPECTS if request.kind == "unsafe" or aspect in request.answers]
    return rng.choices(known, [ASPECT_WEIGHTS[aspect] for aspect in known])[0]


def another_machine(rng: random.Random, request: Request, language: str) -> Request:
    """The same request about another machine."""
    machine = some_machine(rng)
    if request.kind == "unsafe":
        return answers.about_act(next(act for act in TRAIN.acts if act.name == request.name), machine, language)
    job = next(job for job in jobs.JOBS + near_misses.JOBS if job.name == request.name)
    return answers.about_job(request.kind, job, machine, language)


class Conversation:
    """Makes one conversation."""

    def __init__(self, rng: random.Random, course: Course = Course()) -> None:
        self.rng, self.course = rng, course
        self.language = "ja" if rng.random() < course.japanese_share else "en"
        self.system, self.is_terse = None, False
        if rng.random() < SYSTEM_SHARE:
            self.is_terse = rng.random() < 0.5
            self.system = rng.choice((TERSE_SYSTEMS if self.is_terse else SYSTEMS)[self.language])
        self.exchanges: list[Exchange] = []
        self.requests: list[Request] = []
        for _ in range(rng.choices(list(N_TOPICS), N_TOPICS.values())[0]):
            self.one_topic()

    def say(self, question: str, answer: str) -> None:
        self.exchanges.append(Exchange(questions.roughen(self.rng, self.language, question), answer))

    def request(self, kind: str) -> Request:
        return some_request(self.rng, kind, self.language, TRAIN, some_machine(self.rng))

    def in_style(self, answer: Answer, is_wished: bool) -> str:
        is_terse = self.is_terse or is_wished or (self.system is None and self.rng.random() < TERSE_SHARE)
        return answer.terse if is_terse else answer.full

    def one_topic(self) -> None:
        rng, kind = self.rng, self.rng.choices(list(MIXTURE), MIXTURE.values())[0]
        if kind == "small talk":
            answer, texts = rng.choice(SMALL_TALK[self.language])
            self.say(capital(rng, rng.choice(texts)), answer)
        elif kind == "off topic":
            self.say(capital(rng, self.off_topic()), MODULES[self.language].LIMITS)
        else:
            topic = self.wrapped(kind) if kind.endswith("wrapped") else self.plain(kind)
            self.requests += [topic.request] if topic else []
            while topic and rng.random() < FOLLOWED_SHARE:
                topic = self.follow_up(topic)

    def plain(self, kind: str) -> Topic:
        rng, request = self.rng, self.request(kind)
        aspect = some_aspect(rng, request)
        question = questions.plain(rng, TRAIN, self.language, request, aspect)
        if rng.random() < OWNED_SHARE:
            question = questions.owned(rng, self.language, question, getattr(request.machine, self.language))
        question = questions.in_context(rng, TRAIN, self.language, question, 0.25, self.course.nobody_share)
        is_wished = rng.random() < TERSE_WISH_SHARE
        if is_wished:
            question = questions.briefly(rng, TRAIN, self.language, question)
        is_refused = request.kind == "unsafe"
        answer = request.refusal if is_refused else self.in_style(request.answers[aspect], is_wished)
        self.say(question, answer)
        return Topic(request, aspect, is_refused, answer)

    def wrapped(self, kind: str) -> Topic | None:
        """The request in the frame of an attack. Benign ones are always answered, unsafe ones mostly."""
        rng = self.rng
        unsafe = kind == "unsafe wrapped"
        request = self.request("unsafe" if unsafe else rng.choice(WRAPPED_KINDS))
        family = rng.choice(TRAIN.families(self.language))
        is_refused = unsafe and rng.random() < self.course.refused_share * REFUSED_SHARE[family]
        answer = request.refusal if is_refused else self.in_style(request.answers["steps"], False)
        self.say(questions.attack(rng, TRAIN, self.language, request, family), answer)
        return None if unsafe and not is_refused else Topic(request, "steps", is_refused, answer)

    def follow_up(self, topic: Topic) -> Topic | None:
        rng, forms, request = self.rng, TRAIN.phrasings[self.language], topic.request
        can_move = not request.name.startswith(tuple(f"{duty.name}:" for duty in near_misses.DUTIES))
        if topic.is_refused:
            kinds = ["WHY", "WHY", "INSIST", "AGAIN", *(["AND_MACHINE"] if can_move else [])]
        else:
            kinds = ["NEXT", "NEXT", "AGAIN"]
            if can_move:
                kinds += ["NEXT", "AND_CHECK", "AND_TIME", "AND_WHO", "AND_MACHINE"]
        kind = rng.choice(kinds)
        question = capital(rng, rng.choice(forms[kind]))
        aspect, refused = topic.aspect, topic.is_refused
        if kind == "AND_MACHINE":
            request = another_machine(rng, request, self.language)
            self.requests.append(request)
            question = question.replace("{m}", getattr(request.machine, self.language))
        if kind == "AGAIN":
            answer = topic.said
        elif kind == "WHY":
            answer = request.because
        elif kind == "INSIST" or refused:
            answer = request.refusal
        elif kind == "NEXT":
            is_next = aspect == "steps" and "next" in request.answers
            answer = self.in_style(request.answers["next"], False) if is_next else answers.DONE[self.language]
            aspect = "next"
        else:
            aspect = {"AND_CHECK": "check", "AND_TIME": "time", "AND_WHO": "who"}.get(kind, aspect)
            answer = self.in_style(request.answers[aspect], False)
        self.say(question, answer)
        return None if kind == "WHY" else Topic(request, aspect, refused, answer)

    def off_topic(self) -> str:
        rng, language = self.rng, self.language
        kind = rng.random()
        if kind < 0.3:
            return rng.choice(OFF_TOPIC[language])
        if kind < 0.65:
            return rng.choice(TOPIC_FORMS[language]).replace("{t}", rng.choice(TOPICS[language]))
        if kind < 0.8:
            machine = getattr(some_machine(rng), language)
            return rng.choice(UNKNOWN_FORMS[language]).replace("{m}", machine)
        if kind < 0.88 and not self.exchanges:
            # A follow-up without anything to follow.
            forms = TRAIN.phrasings[language]
            return rng.choice(forms[rng.choice(("NEXT", "AND_CHECK", "AND_TIME", "AND_WHO", "AGAIN", "WHY", "INSIST"))])
        return questions.gibberish(rng, language)


def capital(rng: random.Random, text: str) -> str:
    return text[0].upper() + text[1:] if rng.random() < 0.5 else text
