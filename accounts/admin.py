"""The desk for people: find somebody, see what they have, grant and revoke."""

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.password_validation import validate_password
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from .forms import NEW_PASSWORD
from .models import Membership, User
from .tiers import PAID, Tier


def send_password_link(request: HttpRequest, person: User) -> None:
    """Mail a link by which the person chooses a password."""
    request_password_reset(request, person.email, [person], default_token_generator)


class TierFilter(admin.SimpleListFilter):
    """Whose running membership has this tier."""

    title = "running membership"
    parameter_name = "tier"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every tier."""
        return [(tier.value, tier.label) for tier in Tier]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        """The people of one tier; with none chosen, everybody."""
        value = self.value()
        if value not in Tier.values:
            return queryset
        running = Membership.objects.running(timezone.now())
        chosen = Tier(value)
        if chosen in PAID:
            return queryset.filter(pk__in=running.filter(tier=chosen).values("user"))
        return queryset.exclude(pk__in=running.values("user"))


class MembershipInline(admin.TabularInline[Membership, User]):
    """Grant: add a line. Revoke: put an end that has passed."""

    model = Membership
    extra = 0
    fields = ["tier", "source", "starts_at", "ends_at", "note"]
    verbose_name_plural = (
        "memberships (grant: add one; revoke: let it end now; the highest running one counts)"
    )


class NewPersonForm(forms.ModelForm[User]):
    """A person made by hand: with a password, or with a link to choose one."""

    password1 = forms.CharField(
        label="Password",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=f"{NEW_PASSWORD} Leave it empty to send the person a link to choose one.",
    )

    class Meta:
        model = User
        fields = ["email", "name"]
        help_texts = {
            "email": "What the person signs in with. It counts as confirmed: you vouch for it."
        }

    def clean_email(self) -> str:
        """In small letters; whether somebody has it is asked whatever the capitals."""
        email: str = self.cleaned_data["email"].lower()
        if User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError("Somebody has this address already.")
        return email

    def clean_password1(self) -> str:
        """By the rules that hold for everybody."""
        password: str = self.cleaned_data["password1"]
        if password:
            validate_password(password, self.instance)
        return password

    def save(self, commit: bool = True) -> User:
        """The person, with a usable password or with none."""
        person = super().save(commit=False)
        person.set_password(self.cleaned_data["password1"] or None)
        if commit:
            person.save()
        return person


@admin.register(User)
class PersonAdmin(UserAdmin[User]):
    """People, with their memberships."""

    form = forms.ModelForm[User]
    add_form = NewPersonForm
    add_form_template = None
    add_fieldsets = [(None, {"fields": ["email", "name", "password1"]})]
    fieldsets = [
        (None, {"fields": ["email", "name", "is_active"]}),
        ("Preferences", {"fields": ["time_zone", "letter_keys"]}),
        (
            "What they may do",
            {
                "fields": ["is_staff", "is_superuser", "groups", "user_permissions"],
                "description": "Instructors are in the group “Instructors”; authors may use the "
                "admin and have the permissions for courses. Only a superuser changes these.",
            },
        ),
        ("Dates", {"fields": ["date_joined", "last_login"]}),
    ]
    readonly_fields = ["date_joined", "last_login"]
    inlines = [MembershipInline]
    list_display = ["email", "name", "tier_now", "membership_count", "is_staff", "date_joined"]
    list_filter = [TierFilter, "is_staff", "is_active", "groups"]
    search_fields = ["email", "name"]
    search_help_text = "Part of an address or a name."
    ordering = ["email"]
    date_hierarchy = "date_joined"
    actions = ["send_links", "end_grants"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Each with tier and number of memberships, in one query; in order, also when looked up."""
        people = User.objects.with_standing(timezone.now()).order_by(*self.get_ordering(request))
        return people.annotate(membership_count=Count("memberships"))

    @admin.display(description="tier now")
    def tier_now(self, person: User) -> str:
        """The tier that counts now."""
        person.take_standing()
        return person.tier.label

    @admin.display(description="memberships", ordering="membership_count")
    def membership_count(self, person: User) -> int:
        """Running, coming and past ones together."""
        count: int = person.membership_count  # type: ignore[attr-defined]
        return count

    def get_inlines(self, request: HttpRequest, obj: User | None) -> list[Any]:
        """A person who is being made has no memberships yet."""
        return self.inlines if obj else []

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Who may change people may not by that make themselves a superuser."""
        rights = ["is_staff", "is_superuser", "groups", "user_permissions"]
        return [*self.readonly_fields, *([] if _is_superuser(request) else rights)]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """A superuser is changed by superusers only."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or not obj.is_superuser or _is_superuser(request))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """A superuser is deleted by superusers only."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not obj.is_superuser or _is_superuser(request))

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save, keep allauth's list of addresses in step, send the link that was asked for."""
        obj.email = obj.email.lower()
        super().save_model(request, obj, form, change)
        if not change or "email" in form.changed_data:
            EmailAddress.objects.filter(user=obj).delete()
            EmailAddress.objects.create(user=obj, email=obj.email, verified=True, primary=True)
        if not change and not obj.has_usable_password():
            send_password_link(request, obj)
            self.message_user(request, f"A link to choose a password was sent to {obj.email}.")

    @admin.action(description="Send a link to choose a new password", permissions=["change"])
    def send_links(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Mail each a link."""
        people = [person for person in queryset if person.is_active]
        for person in people:
            send_password_link(request, person)
        self.message_user(request, f"Sent {len(people)} links.", messages.SUCCESS)

    @admin.action(description="End memberships granted by hand", permissions=["change"])
    def end_grants(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """What was paid or is a trial runs on."""
        now = timezone.now()
        granted = Membership.objects.running(now).filter(
            user__in=queryset.values("pk"), source=Membership.Source.GRANTED
        )
        self.message_user(request, f"Ended {granted.update(ends_at=now)}.", messages.SUCCESS)


def _is_superuser(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.is_superuser
