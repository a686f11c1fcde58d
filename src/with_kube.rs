//! How selq goes together with the `kube` and `k8s-openapi` crates. This page has no code of its own.
//!
//! selq depends on neither, so that it fits whichever version a program uses. Two things have to come over: labels, which
//! go in as they are, and `LabelSelector` objects.
//!
//! # Labels
//!
//! Labels of a `k8s-openapi` object are an `Option<BTreeMap<String, String>>`, and `kube`'s `ResourceExt::labels()` gives
//! a `&BTreeMap<String, String>`. Both go into everything here that takes labels (see [`Label`](crate::Label)):
//! `selector.matches(pod.labels())`, or `pod.metadata.labels.iter().flatten()` without `kube`.
//!
//! # `LabelSelector` objects
//!
//! By way of JSON, which is the same for every version:
//!
//! ```
//! use k8s_openapi::apimachinery::pkg::apis::meta::v1 as meta;
//! use selq::{LabelSelector, Selector};
//!
//! fn selector(object: Option<&meta::LabelSelector>) -> Result<Selector, Box<dyn std::error::Error>> {
//!     let object: Option<LabelSelector> = serde_json::from_value(serde_json::to_value(object)?)?;
//!     Ok(Selector::try_from(object)?)
//! }
//!
//! assert_eq!(selector(Some(&meta::LabelSelector::default()))?, Selector::everything());
//! assert_eq!(selector(None)?, Selector::nothing());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! or field by field, where it has to be fast:
//!
//! ```
//! use k8s_openapi::apimachinery::pkg::apis::meta::v1 as meta;
//! use selq::{LabelSelector, Selector};
//! use selq::selector::{LabelSelectorError, LabelSelectorRequirement};
//!
//! fn selector(object: meta::LabelSelector) -> Result<Selector, LabelSelectorError> {
//!     let expressions = object.match_expressions.unwrap_or_default().into_iter();
//!     let expressions = expressions.map(|it| LabelSelectorRequirement {
//!         key: it.key,
//!         operator: it.operator,
//!         values: it.values.unwrap_or_default(),
//!     });
//!     Selector::try_from(LabelSelector::new(object.match_labels.unwrap_or_default(), expressions.collect()))
//! }
//!
//! let labels = Some([("app".to_owned(), "web".to_owned())].into());
//! let object = meta::LabelSelector { match_labels: labels, ..Default::default() };
//! assert_eq!(selector(object)?, "app=web".parse()?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The selector of a Service is a plain map and none at all for a Service without pods, which must not become the
//! selector of everything: see the third program.
//!
//! # A filter over a controller's cache
//!
//! What `kube`'s reflector gives (`Store::state()`) is a list of objects. One question is answered fastest without a store:
//!
//! ```
//! use std::sync::Arc;
//! use k8s_openapi::api::core::v1::Pod;
//! use selq::{ParseError, Selector};
//!
//! fn selected(cache: &[Arc<Pod>], selector: &str) -> Result<Vec<Arc<Pod>>, ParseError> {
//!     let selector: Selector = selector.parse()?;
//!     let is_selected = |pod: &&Arc<Pod>| selector.matches(pod.metadata.labels.iter().flatten());
//!     Ok(cache.iter().filter(is_selected).cloned().collect())
//! }
//!
//! # fn pod(name: &str, env: &str) -> Arc<Pod> {
//! #     let mut pod = Pod::default();
//! #     pod.metadata.name = Some(name.to_owned());
//! #     pod.metadata.labels = Some([("env".to_owned(), env.to_owned())].into());
//! #     Arc::new(pod)
//! # }
//! let cache = [pod("web-0", "prod"), pod("web-1", "qa"), Arc::new(Pod::default())];
//! assert_eq!(selected(&cache, "env in (prod,qa)")?.len(), 2);
//! assert_eq!(selected(&cache, "env!=prod")?.len(), 2);
//! # Ok::<(), ParseError>(())
//! ```
//!
//! # A watch
//!
//! Many questions are asked of a store. It follows the watch by identity, and threads read it while it does:
//!
//! ```
//! use k8s_openapi::api::core::v1::Pod;
//! use selq::{Object, Plan, Selector, SharedStore, Store};
//!
//! /// What `kube::runtime::watcher` gives.
//! enum Event {
//!     Apply(Pod),
//!     Delete(Pod),
//! }
//!
//! fn object(pod: &Pod) -> Object {
//!     let metadata = &pod.metadata;
//!     let (namespace, name) = (metadata.namespace.as_deref(), metadata.name.as_deref());
//!     Object::new("Pod", namespace.unwrap_or_default(), name.unwrap_or_default())
//!         .with_api_version("v1")
//!         .with_labels(metadata.labels.iter().flatten())
//! }
//!
//! fn follow(pods: &SharedStore, event: Event) {
//!     pods.update(|edit| match event {
//!         Event::Apply(pod) => {
//!             edit.upsert(object(&pod));
//!         }
//!         Event::Delete(pod) => {
//!             if let Some(id) = edit.store().find(object(&pod).identity()).map(|known| known.id()) {
//!                 edit.remove(id);
//!             }
//!         }
//!     });
//! }
//!
//! # fn pod(env: &str) -> Pod {
//! #     let mut pod = Pod::default();
//! #     pod.metadata.name = Some("web-0".to_owned());
//! #     pod.metadata.labels = Some([("env".to_owned(), env.to_owned())].into());
//! #     pod
//! # }
//! let pods = SharedStore::new(Store::new());
//! let selector: Selector = "env=prod".parse()?;
//! let count = || Plan::new(&pods.snapshot(), &selector).count();
//! follow(&pods, Event::Apply(pod("prod")));
//! assert_eq!(count(), 1);
//! follow(&pods, Event::Apply(pod("qa")));
//! assert_eq!((count(), pods.snapshot().len()), (0, 1));
//! follow(&pods, Event::Delete(pod("qa")));
//! assert!(pods.snapshot().is_empty());
//! # Ok::<(), selq::ParseError>(())
//! ```
//!
//! A stream of the API's own JSON is read and followed without `kube`: see [`Input::reader`](crate::Input::reader),
//! [`Loader::watch`](crate::Loader::watch) and [`SharedWatchedStore`](crate::SharedWatchedStore).
//!
//! # A reverse match
//!
//! Which Services is this pod behind, out of thousands? A [`SelectorSet`](crate::SelectorSet) does not try each:
//!
//! ```
//! use k8s_openapi::api::core::v1::{Pod, Service};
//! use selq::{LabelSelector, Selector, SelectorSet};
//! use selq::selector::LabelSelectorError;
//!
//! /// A Service without a selector has no pods of its own: the null selector, which selects nothing.
//! fn selector(service: &Service) -> Result<Selector, LabelSelectorError> {
//!     let labels = service.spec.as_ref().and_then(|spec| spec.selector.clone());
//!     let labels = labels.filter(|labels| !labels.is_empty());
//!     Selector::try_from(labels.map(|labels| LabelSelector::new(labels, Vec::new())))
//! }
//!
//! fn services_of<'s>(pod: &Pod, set: &SelectorSet, services: &'s [Service]) -> Vec<&'s str> {
//!     let ids = set.matching(pod.metadata.labels.iter().flatten());
//!     ids.iter().filter_map(|id| services[id.index()].metadata.name.as_deref()).collect()
//! }
//!
//! # use k8s_openapi::api::core::v1::ServiceSpec;
//! # fn service(name: &str, app: Option<&str>) -> Service {
//! #     let selector = app.map(|app| [("app".to_owned(), app.to_owned())].into());
//! #     let mut service = Service { spec: Some(ServiceSpec { selector, ..Default::default() }), ..Default::default() };
//! #     service.metadata.name = Some(name.to_owned());
//! #     service
//! # }
//! let services = [service("front", Some("web")), service("database", Some("db")), service("external", None)];
//! let set: SelectorSet = services.iter().map(selector).collect::<Result<_, _>>()?;
//! let mut pod = Pod::default();
//! pod.metadata.labels = Some([("app".to_owned(), "web".to_owned())].into());
//! assert_eq!(services_of(&pod, &set, &services), ["front"]);
//! # Ok::<(), LabelSelectorError>(())
//! ```
