{{/* Who its pods are. Only those that read a truth, or say so, get a token and a Role. */}}
{{- define "service.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "service.name" . }}
  labels:
    {{- include "service.labels" . | nindent 4 }}
  {{- with .values.serviceAccount.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end }}

{{/* The truths of its rings, by name. */}}
{{- define "service.ringRole" -}}
{{- $secrets := list }}
{{- range $ring, $role := .values.rings }}
{{- if ne $role "verifier" }}{{ $secrets = append $secrets (printf "keyring-%s" $ring) }}{{ end }}
{{- end }}
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ include "service.name" . }}
  labels:
    {{- include "service.labels" . | nindent 4 }}
rules:
  - apiGroups: [""]
    resources: [secrets]
    verbs: [get]
    resourceNames: {{ toJson $secrets }}
---
{{ include "service.roleBinding" . }}
{{- end }}

{{- define "service.roleBinding" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ include "service.name" . }}
  labels:
    {{- include "service.labels" . | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ include "service.name" . }}
subjects:
  - kind: ServiceAccount
    name: {{ include "service.name" . }}
    namespace: {{ .root.Release.Namespace }}
{{- end }}
