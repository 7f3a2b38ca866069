"""Trial 27: what people write is shown as text on every page, in mails, in the admin."""

from html.parser import HTMLParser

import pytest
from django.core import mail

from lessons.models import LessonTool, ProblemReport
from teaching.models import Classroom, Seat
from tests.conftest import signed_in
from tests.factories import (
    SINGLE,
    make_course,
    make_lesson,
    make_module,
    make_playbook,
    make_question,
    make_quiz,
    make_tool,
)

pytestmark = pytest.mark.django_db

BAD = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


class Watch(HTMLParser):
    """Notes every element that could do something."""

    def __init__(self):
        super().__init__()
        self.live = []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        acts = [name for name in values if name.startswith(("on", "hx-", "data-hx"))]
        runs = tag == "script" and "src" not in values
        leads = (values.get("href") or "").strip().lower().startswith("javascript:")
        if acts or runs or leads or values.get("src") == "x":
            self.live.append((tag, attrs))


@pytest.fixture
def site(ada, grace):
    """Everything that carries text, carrying an attack."""
    course = make_course(slug="c", title=BAD, summary=BAD, body=BAD)
    module = make_module(course, title=BAD, summary=BAD)
    lesson = make_lesson(
        module,
        slug="l",
        title=BAD,
        summary=BAD,
        body=f"## {BAD}\n\n{BAD}\n\n[x](javascript:alert(1)) <a hx-get=/me/>x</a>",
        takeaways=[BAD],
        objectives=(BAD,),
    )
    tool = make_tool(course, slug="t", name=BAD, vendor=BAD, strengths=BAD, pricing=BAD)
    LessonTool.objects.create(lesson=lesson, tool=tool)
    make_playbook(course, slug="p", title=BAD, summary=BAD, body=BAD)
    quiz = make_quiz(lesson, [])
    content = {
        "choices": [
            {"text": BAD, "correct": True, "feedback": BAD},
            {"text": f"other {BAD}", "feedback": BAD},
        ]
    }
    make_question(quiz, {**SINGLE, "prompt": BAD, "content": content}, explanation=BAD)
    ProblemReport.objects.create(lesson=lesson, user=ada, text=BAD, question=BAD[:80])
    ada.name = BAD
    ada.save()
    room = Classroom.objects.create(name=BAD)
    room.courses.add(course)
    Seat.objects.create(classroom=room, user=ada)
    Seat.objects.create(classroom=room, user=grace, role="instructor")
    return room


def inert(answer):
    """No piece of the attack stands there as markup."""
    assert answer.status_code == 200
    watch = Watch()
    watch.feed(answer.text)
    assert watch.live == []


def test_on_every_page(client, as_ada, as_grace, site):
    as_ada.post("/lessons/l/bookmark/")
    as_ada.post("/lessons/l/place/", {"fraction": "0.5", "heading": BAD})
    for address in ("/", "/courses/c/", "/lessons/l/", "/tools/", "/tools/t/", "/playbooks/"):
        inert(client.get(address))
        inert(as_ada.get(address))
    for address in ("/playbooks/p/", "/search/?q=script", f"/search/?q={BAD}", "/feed.xml"):
        inert(client.get(address))
    for address in ("/me/", "/me/bookmarks/", "/me/settings/", "/lessons/l/quiz/"):
        inert(as_ada.get(address))
    inert(as_grace.get("/teach/"))
    inert(as_grace.get(site.get_absolute_url()))


def test_in_a_quiz_and_its_result(as_ada, site):
    page = as_ada.post("/lessons/l/quiz/", follow=True)
    inert(page)
    here = page.redirect_chain[-1][0]
    inert(as_ada.post(here, {"b1": "0", "s1": "0", "action": "submit"}, follow=True))


def test_in_the_admin(as_admin, site):
    for model in ("course", "module", "lesson", "tool", "playbook", "problemreport"):
        page = as_admin.get(f"/admin/lessons/{model}/")
        inert(page)
        first = page.context["cl"].result_list[0].pk
        inert(as_admin.get(f"/admin/lessons/{model}/{first}/change/"))
    for address in ("/admin/", "/admin/quizzes/question/", "/admin/accounts/user/"):
        inert(as_admin.get(address))
    inert(as_admin.get("/admin/teaching/classroom/"))


def test_in_a_mail(client, ada, site):
    client.post("/accounts/password/reset/", {"email": ada.email})

    assert mail.outbox
    assert not mail.outbox[0].alternatives
    assert "<script" not in mail.outbox[0].subject


def test_a_hostile_name_in_the_header(ada, site):
    inert(signed_in(ada).get("/me/"))
