from django.urls import path

from modules import views

app_name = "modules"
urlpatterns = [
    path("modules/", views.module_list, name="modules"),
    path("modules/<slug:slug>/", views.module, name="module"),
    path("modules/<slug:slug>/videos/<int:pk>/", views.video, name="video"),
    path("news/", views.news, name="news"),
    path("news/<slug:slug>/", views.news_item, name="news_item"),
    path("pledges/", views.pledges, name="pledges"),
    path("pledges/<slug:slug>/", views.pledge, name="pledge"),
]
