{{/*
The edges of one component: who reaches it and whom it reaches. Everything else is refused, because a pod that any policy
selects accepts nothing more. A kubelet's probes come from the node, which every network plugin lets through.
Takes the service.
*/}}
{{- define "service.networkPolicy" -}}
{{- $policy := .root.Values.networkPolicy -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "service.name" . }}
  labels:
    {{- include "service.labels" . | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "service.selector" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    {{- include "service.httpIngress" . | trim | nindent 4 }}
    {{- include "service.managementIngress" . | trim | nindent 4 }}
    {{- with .values.networkPolicy.ingress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  egress:
    {{- include "service.dnsEgress" .root | trim | nindent 4 }}
    {{- if include "service.usesApiServer" . }}
    {{- include "service.apiServerEgress" .root | trim | nindent 4 }}
    {{- end }}
    {{- include "service.documentEgress" . | trim | nindent 4 }}
    {{- include "service.databaseEgress" . | trim | nindent 4 }}
    {{- range .values.calls }}
    - to:
        - podSelector: { matchLabels: { app.kubernetes.io/name: {{ . }}, app.kubernetes.io/instance: {{ $.root.Release.Name }} } }
      ports: [{ port: 3000 }]
    {{- end }}
    {{- with .values.networkPolicy.egress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}

{{/* The service port: everybody for a service with routes, unless it is said where the ingress comes from; callers; the test. */}}
{{- define "service.httpIngress" }}
{{- if .values.http }}
{{- if .values.routes }}
- ports: [{ port: 3000 }]
  {{- with .root.Values.networkPolicy.publicFrom }}
  from:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- $callers := list "test" }}
{{- range $name, $block := .root.Values.services }}
{{- if and (ne false ($block).enabled) (has $.name (($block).calls | default list)) }}{{ $callers = append $callers $name }}{{ end }}
{{- end }}
- from:
    {{- range $callers | sortAlpha }}
    - podSelector: { matchLabels: { app.kubernetes.io/name: {{ . }}, app.kubernetes.io/instance: {{ $.root.Release.Name }} } }
    {{- end }}
  ports: [{ port: 3000 }]
{{- end }}
{{- end }}

{{/* Receipts and canaries for the operator, metrics for Prometheus, documents for those who use a ring that is served here. */}}
{{- define "service.managementIngress" }}
{{- if .values.rings }}
- from:
    - podSelector: { matchLabels: { app.kubernetes.io/name: operator, app.kubernetes.io/instance: {{ .root.Release.Name }} } }
  ports: [{ port: 9000 }]
{{- end }}
{{- if and .values.management .root.Values.networkPolicy.prometheusFrom }}
- from:
    {{- toYaml .root.Values.networkPolicy.prometheusFrom | nindent 4 }}
  ports: [{ port: 9000 }]
{{- end }}
{{- range $ring, $role := .values.rings }}
{{- if eq $role "issuer" }}
- from:
    {{- include "service.consumerPeers" (dict "root" $.root "ring" $ring) | trim | nindent 4 }}
  ports: [{ port: 9000 }]
{{- end }}
{{- end }}
{{- end }}

{{/* Pods that take part in a ring, wherever it has consumers. Takes { root, ring }. */}}
{{- define "service.consumerPeers" }}
{{- if .root.Values.operator.clusterWide }}
- namespaceSelector: {}
  podSelector: { matchExpressions: [{ key: ring.keyturn.dev/{{ .ring }}, operator: Exists }] }
{{- else }}
- podSelector: { matchExpressions: [{ key: ring.keyturn.dev/{{ .ring }}, operator: Exists }] }
{{- range (((get .root.Values.rings .ring) | default dict).consumers | default dict).namespaces }}
- namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: {{ . }} } }
  podSelector: { matchExpressions: [{ key: ring.keyturn.dev/{{ $.ring }}, operator: Exists }] }
{{- end }}
{{- end }}
{{- end }}

{{- define "service.dnsEgress" }}
- {{- with .Values.networkPolicy.dnsTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  ports: [{ port: 53, protocol: UDP }, { port: 53, protocol: TCP }]
{{- end }}

{{- define "service.apiServerEgress" }}
- {{- with .Values.networkPolicy.apiServerTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  ports: [{ port: 443 }, { port: 6443 }]
{{- end }}

{{/* Confirming reads: from issuers and from the operator. An issuer reads the truth itself. */}}
{{- define "service.documentEgress" }}
{{- $asks := false }}
{{- range .values.rings }}{{ if ne . "issuer" }}{{ $asks = true }}{{ end }}{{ end }}
{{- if $asks }}
- to:
    {{- range list "auth" "operator" }}
    - podSelector: { matchLabels: { app.kubernetes.io/name: {{ . }}, app.kubernetes.io/instance: {{ $.root.Release.Name }} } }
    {{- end }}
  ports: [{ port: 9000 }]
{{- end }}
{{- end }}

{{/* Its own database, and the issuer's if it looks sessions up: each is the trial server, or somewhere else. */}}
{{- define "service.databaseEgress" }}
{{- $elsewhere := list .values.database.existingSecret }}
{{- if .values.sessions }}{{ $elsewhere = append $elsewhere .root.Values.auth.database.existingSecret }}{{ end }}
{{- if or (include "service.usesTrialDatabase" .) (has "" (rest $elsewhere)) }}
- to:
    - podSelector: { matchLabels: { app.kubernetes.io/name: postgres, app.kubernetes.io/instance: {{ .root.Release.Name }} } }
  ports: [{ port: 5432 }]
{{- end }}
{{- if without $elsewhere "" }}
- {{- with .root.Values.networkPolicy.databaseTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  ports:
    {{- range .root.Values.networkPolicy.databasePorts }}
    - port: {{ . }}
    {{- end }}
{{- end }}
{{- end }}
