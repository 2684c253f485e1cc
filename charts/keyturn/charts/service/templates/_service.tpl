{{/* The service for its clients, and one, if there is such a port, for receipts, ring documents and metrics that nothing public points to. */}}
{{- define "service.services" -}}
{{- if .values.http -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "service.name" . }}
  labels:
    {{- include "service.labels" . | nindent 4 }}
  {{- with .values.service.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  selector:
    {{- include "service.selector" . | nindent 4 }}
  ports:
    - { name: http, port: {{ .values.service.port }}, targetPort: http }
{{- end }}
{{- if .values.management }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ include "service.name" . }}{{ if .values.http }}-internal{{ end }}
  labels:
    {{- include "service.labels" . | nindent 4 }}
    keyturn.dev/management: "true"
spec:
  selector:
    {{- include "service.selector" . | nindent 4 }}
  ports:
    - { name: management, port: 9000, targetPort: management }
{{- end }}
{{- end }}
