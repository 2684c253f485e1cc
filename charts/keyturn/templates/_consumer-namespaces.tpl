{{/* What the operator may do in further namespaces that have consumers of rings: a Role in each. */}}
{{- define "keyturn.consumerNamespaces" }}
{{- $rings := dict }}
{{- $shared := dict }}
{{- range $ring, $spec := .Values.rings }}
{{- range ($spec.consumers | default dict).namespaces }}
{{- $_ := set $rings . (append (get $rings . | default list) $ring) }}
{{- if eq $spec.type "SharedSecret" }}
{{- $_ := set $shared . (append (get $shared . | default list) $ring) }}
{{- end }}
{{- end }}
{{- end }}
{{- range $namespace, $names := $rings }}
{{- if eq $namespace $.Release.Namespace }}{{ continue }}{{ end }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ include "service.name" (dict "root" $ "name" "operator") }}
  namespace: {{ $namespace }}
  labels:
    {{- include "service.labels" (dict "root" $ "name" "operator") | nindent 4 }}
rules:
  - { apiGroups: [""], resources: [pods], verbs: [list] }
  - { apiGroups: [""], resources: [configmaps], verbs: [create] }
  - apiGroups: [""]
    resources: [configmaps]
    verbs: [get, update]
    resourceNames: [{{ range $i, $name := $names }}{{ if $i }}, {{ end }}keyring-{{ $name }}-public{{ end }}]
  {{- with get $shared $namespace }}
  - { apiGroups: [""], resources: [secrets], verbs: [create] }
  - apiGroups: [""]
    resources: [secrets]
    verbs: [get, update]
    resourceNames: [{{ range $i, $name := . }}{{ if $i }}, {{ end }}keyring-{{ $name }}-holder{{ end }}]
  {{- end }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ include "service.name" (dict "root" $ "name" "operator") }}
  namespace: {{ $namespace }}
  labels:
    {{- include "service.labels" (dict "root" $ "name" "operator") | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ include "service.name" (dict "root" $ "name" "operator") }}
subjects:
  - kind: ServiceAccount
    name: {{ include "service.name" (dict "root" $ "name" "operator") }}
    namespace: {{ $.Release.Namespace }}
{{- end }}
{{- end }}

{{/* The same in every namespace, of the rings that the values have: where their consumers are, KeyRings say later on. */}}
{{- define "keyturn.anyNamespace" }}
{{- $name := printf "%s-%s" (include "service.name" (dict "root" . "name" "operator")) .Release.Namespace }}
{{- $projections := list }}
{{- $copies := list }}
{{- range $ring, $spec := .Values.rings }}
{{- $projections = append $projections (printf "keyring-%s-public" $ring) }}
{{- if eq $spec.type "SharedSecret" }}{{ $copies = append $copies (printf "keyring-%s-holder" $ring) }}{{ end }}
{{- end }}
{{- if $projections }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: {{ $name }}
  labels:
    {{- include "service.labels" (dict "root" . "name" "operator") | nindent 4 }}
rules:
  - { apiGroups: [""], resources: [pods], verbs: [list] }
  - { apiGroups: [""], resources: [configmaps], verbs: [create] }
  - { apiGroups: [""], resources: [configmaps], verbs: [get, update], resourceNames: {{ toJson $projections }} }
  {{- if $copies }}
  - { apiGroups: [""], resources: [secrets], verbs: [create] }
  - { apiGroups: [""], resources: [secrets], verbs: [get, update], resourceNames: {{ toJson $copies }} }
  {{- end }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: {{ $name }}
  labels:
    {{- include "service.labels" (dict "root" . "name" "operator") | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: {{ $name }}
subjects:
  - kind: ServiceAccount
    name: {{ include "service.name" (dict "root" . "name" "operator") }}
    namespace: {{ .Release.Namespace }}
{{- end }}
{{- end }}
