{{- define "service.initContainers" -}}
{{- if include "service.usesTrialDatabase" . }}
- {{- include "service.createDatabase" . | nindent 2 }}
{{- end }}
{{- if .values.migrate.args }}
- name: migrate
  image: {{ include "service.image" (dict "root" .root "image" .values.image) }}
  imagePullPolicy: {{ include "service.pullPolicy" (dict "root" .root "image" .values.image) }}
  args: {{ toJson .values.migrate.args }}
  securityContext:
    {{- include "service.containerSecurity" . | nindent 4 }}
  env:
    {{- include "service.variables" (include "service.everyVariable" . | fromYaml) | trim | nindent 4 }}
    {{- include "service.databaseVariables" . | trim | nindent 4 }}
    {{- with concat .values.extraEnv (.values.migrate.extraEnv | default list) }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .values.extraEnvFrom }}
  envFrom:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  resources:
    {{- toYaml .values.resources | nindent 4 }}
  volumeMounts:
    - { name: tmp, mountPath: /tmp }
    {{- with .values.extraVolumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}
{{- end }}

{{/* The trial server gets the database of a service that was added later as well. Two pods at once: one of them tries again. */}}
{{- define "service.createDatabase" }}
{{- $image := .root.Values.postgres.image }}
name: database
image: {{ include "service.image" (dict "root" .root "image" $image) }}
imagePullPolicy: {{ include "service.pullPolicy" (dict "root" .root "image" $image) }}
command:
  - sh
  - -c
  - |
    tries=0
    until printf '%s\n' "SELECT 'CREATE DATABASE {{ .values.database.name }}' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{{ .values.database.name }}')" '\gexec' | psql --no-psqlrc -q -v ON_ERROR_STOP=1; do
      tries=$((tries + 1))
      [ "$tries" -lt 60 ] || exit 1
      busybox sleep 1 2>/dev/null || sleep 1
    done
securityContext:
  {{- include "service.containerSecurity" . | nindent 2 }}
env:
  - { name: PGHOST, value: {{ include "service.host" (dict "root" .root "name" "postgres") }} }
  - { name: PGUSER, value: keyturn }
  - { name: PGDATABASE, value: postgres }
  - { name: PGCONNECT_TIMEOUT, value: "3" }
  - name: PGPASSWORD
    valueFrom: { secretKeyRef: { name: {{ include "service.postgresSecret" .root }}, key: {{ .root.Values.postgres.passwordKey }} } }
resources:
  requests: { cpu: 10m, memory: 16Mi }
  limits: { memory: 64Mi }
volumeMounts:
  - { name: tmp, mountPath: /tmp }
{{- end }}
