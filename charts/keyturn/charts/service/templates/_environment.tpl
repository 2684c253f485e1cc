{{/* Variables of every process. Takes the service. */}}
{{- define "service.everyVariable" -}}
NODE_ENV: production
LOG_FORMAT: json
LOG_LEVEL: {{ .values.logLevel | default .root.Values.logLevel }}
{{- end }}

{{/* Variables of the service's container besides those below; env overrides each by its name. Takes the service. */}}
{{- define "service.environment" -}}
{{- include "service.variables" (merge (deepCopy .values.env) (include "service.everyVariable" . | fromYaml)) }}
{{- end }}

{{/* A map of variables: a text each, or { valueFrom: … }. */}}
{{- define "service.variables" -}}
{{- range $name, $value := . }}
- name: {{ $name }}
  {{- if kindIs "map" $value }}
  {{- toYaml $value | nindent 2 }}
  {{- else }}
  value: {{ $value | toString | quote }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Where its database is: a URL in a Secret, or a database of the trial PostgreSQL. Nothing without a database. */}}
{{- define "service.databaseVariables" -}}
{{- $database := .values.database }}
{{- if $database.existingSecret }}
- name: DATABASE_URL
  valueFrom: { secretKeyRef: { name: {{ $database.existingSecret }}, key: {{ $database.key }} } }
{{- else if $database.name }}
{{- if not .root.Values.postgres.enabled }}
{{- fail (printf "%s.database.existingSecret: is required when postgres.enabled is false: a Secret with a PostgreSQL URL under the key %s" .path $database.key) }}
{{- end }}
- name: POSTGRES_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ include "service.postgresSecret" .root }}, key: {{ .root.Values.postgres.passwordKey }} } }
- name: DATABASE_URL
  value: {{ printf "postgresql://keyturn:$(POSTGRES_PASSWORD)@%s:5432/%s" (include "service.host" (dict "root" .root "name" "postgres")) $database.name | quote }}
{{- end }}
{{- end }}

{{/* Where the sessions are, for a service that looks them up: the issuer's database, with a role that reads their columns alone. */}}
{{- define "service.sessionVariables" -}}
{{- if .values.sessions }}
{{- $auth := .root.Values.auth }}
{{- $reader := $auth.sessionReader }}
- { name: KEYTURN_SESSION_RING, value: {{ $auth.sessionRing }} }
- { name: KEYTURN_ROLE_PERMISSIONS, value: {{ include "service.rolePermissions" .root | quote }} }
- { name: KEYTURN_SESSION_COOKIES, value: "__Secure-better-auth.session_token,better-auth.session_token" }
{{- if $auth.database.existingSecret }}
- name: KEYTURN_SESSION_DATABASE_URL
  valueFrom: { secretKeyRef: { name: {{ $reader.existingSecret }}, key: {{ $reader.urlKey }} } }
{{- else }}
- name: SESSION_READER_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ $reader.existingSecret }}, key: {{ $reader.key }} } }
- name: KEYTURN_SESSION_DATABASE_URL
  value: {{ printf "postgresql://keyturn_session_reader:$(SESSION_READER_PASSWORD)@%s:5432/%s" (include "service.host" (dict "root" .root "name" "postgres")) $auth.database.name | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* What each role permits: what the platform says, and what each service adds. As `user=a:read a:write,admin=*`. Takes the root. */}}
{{- define "service.rolePermissions" -}}
{{- $granted := deepCopy (.Values.auth.rolePermissions | default dict) }}
{{- range .Values.services }}
{{- if ne false ((. | default dict).enabled) }}
{{- range $role, $permissions := (. | default dict).permissions }}
{{- $_ := set $granted $role (concat (get $granted $role | default list) $permissions | uniq) }}
{{- end }}
{{- end }}
{{- end }}
{{- $roles := list }}
{{- range $role, $permissions := $granted }}
{{- $roles = append $roles (printf "%s=%s" $role (join " " $permissions)) }}
{{- end }}
{{- join "," $roles }}
{{- end }}

{{- define "service.postgresSecret" -}}
{{- .Values.postgres.existingSecret | default (include "service.name" (dict "root" . "name" "postgres")) }}
{{- end }}

{{/* Whether it uses the trial PostgreSQL. "true" or nothing. */}}
{{- define "service.usesTrialDatabase" -}}
{{- if and .values.database.name (not .values.database.existingSecret) }}true{{ end }}
{{- end }}

{{/* Base URL of a component inside the cluster. Takes { root, name }. */}}
{{- define "service.url" -}}
{{- $block := ternary .root.Values.auth (get (.root.Values.services | default dict) .name | default dict) (eq .name "auth") }}
{{- $port := toString (($block.service | default dict).port | default 80) }}
{{- printf "http://%s%s" (include "service.host" .) (ternary "" (printf ":%s" $port) (eq $port "80")) }}
{{- end }}

{{/* Variables of the service process itself. */}}
{{- define "service.processVariables" -}}
{{- $set := dict
  "PORT" "3000"
  "KEYTURN_BASE_URL" .root.Values.baseUrl
  "KEYTURN_DRAIN_WINDOW" .values.shutdown.drainWindow
  "KEYTURN_SHUTDOWN_DEADLINE" .values.shutdown.deadline }}
{{- if .values.management }}
- { name: KEYTURN_POD_UID, valueFrom: { fieldRef: { fieldPath: metadata.uid } } }
{{- $set = merge $set (include "service.ringVariables" . | fromYaml) }}
{{- end }}
{{- range .values.calls }}
{{- $_ := set $set (printf "KEYTURN_%s_URL" (. | upper | replace "-" "_")) (include "service.url" (dict "root" $.root "name" .)) }}
{{- end }}
{{- range $name, $value := $set }}
{{- if not (hasKey $.values.env $name) }}
- { name: {{ $name }}, value: {{ $value | quote }} }
{{- end }}
{{- end }}
{{- if include "service.readsTruth" . }}
- { name: KEYTURN_TRUTH_NAMESPACE, valueFrom: { fieldRef: { fieldPath: metadata.namespace } } }
{{- end }}
{{- end }}

{{/* Of a process that takes part in rings: a map. */}}
{{- define "service.ringVariables" -}}
MANAGEMENT_PORT: "9000"
KEYTURN_AUDIENCE: {{ .root.Values.audience | quote }}
KEYTURN_TOKEN_RING: {{ .root.Values.auth.tokenRing | quote }}
KEYTURN_STATE_DIR: /var/lib/keyturn
KEYTURN_RINGS_DIR: /etc/keyturn/rings
{{- if ne (get .values.rings .root.Values.auth.tokenRing) "issuer" }}
KEYTURN_RING_URLS: {{ include "service.ringUrls" . | quote }}
KEYTURN_TOKEN_RING_ROLE: {{ get .values.rings .root.Values.auth.tokenRing | default "verifier" }}
{{- end }}
{{- end }}
