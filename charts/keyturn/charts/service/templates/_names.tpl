{{/* Prefix of every object: the release, with the chart's name unless the release has it. Takes the root. */}}
{{- define "service.platform" -}}
{{- with .Values.fullnameOverride }}{{ . | trunc 40 | trimSuffix "-" }}
{{- else }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* Name of a component's objects: <release>-<name>. Takes { root, name }. */}}
{{- define "service.name" -}}
{{ include "service.platform" .root }}-{{ .name }}
{{- end }}

{{/* Full name of a Service: with ndots 2 in the pods no search list is walked. Takes { root, name }. */}}
{{- define "service.host" -}}
{{ include "service.name" . }}.{{ .root.Release.Namespace }}.svc.{{ .root.Values.clusterDomain }}
{{- end }}

{{- define "service.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{- define "service.labels" -}}
{{ include "service.selector" . }}
app.kubernetes.io/part-of: keyturn
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version | replace "+" "_" }}
{{- end }}

{{/* An image's reference. Takes { root, image }. */}}
{{- define "service.image" -}}
{{- $global := .root.Values.global | default dict }}
{{- $registry := .image.registry | default $global.imageRegistry }}
{{- with $registry }}{{ . }}/{{ end }}{{ .image.repository }}
{{- if .image.digest }}@{{ .image.digest }}{{ else }}:{{ .image.tag | default .root.Values.image.tag | default .root.Chart.AppVersion }}{{ end }}
{{- end }}

{{- define "service.pullPolicy" -}}
{{ .image.pullPolicy | default .root.Values.image.pullPolicy }}
{{- end }}
