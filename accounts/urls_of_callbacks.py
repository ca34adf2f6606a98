"""The addresses to which Google, Facebook, X and others send people back: in no language."""

from accounts.social import callback_urls

urlpatterns = callback_urls
