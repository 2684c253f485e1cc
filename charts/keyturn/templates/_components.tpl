{{/* The issuer's block of values, completed with what follows from the platform's. */}}
{{- define "keyturn.auth" -}}
{{- $auth := .Values.auth }}
{{- $own := omit $auth "tokenRing" "sessionRing" "mail" "sessionReader" "rolePermissions" "trustedProxies" "trustedOrigins" "requireVerifiedEmail" "frontendUrl" "passwords" "auditRetention" }}
{{- $env := dict
  "KEYTURN_SESSION_RING" $auth.sessionRing
  "KEYTURN_ACCESS_TOKEN_TTL" ((get .Values.rings $auth.tokenRing | default dict).maxCredentialLifetime | default "15m")
  "KEYTURN_ROLE_PERMISSIONS" (include "service.rolePermissions" .)
  "KEYTURN_REQUIRE_VERIFIED_EMAIL" (toString $auth.requireVerifiedEmail)
  "KEYTURN_PASSWORD_MIN_LENGTH" (toString $auth.passwords.minLength)
  "KEYTURN_PASSWORD_CLASSES" (toString $auth.passwords.classes)
  "KEYTURN_AUDIT_RETENTION" $auth.auditRetention
  "MAIL_FROM" $auth.mail.from
  "SMTP_URL" $auth.mail.url }}
{{- if $auth.mail.existingSecret }}
{{- $_ := set $env "SMTP_URL" (dict "valueFrom" (dict "secretKeyRef" (dict "name" $auth.mail.existingSecret "key" $auth.mail.key))) }}
{{- end }}
{{- with $auth.frontendUrl | default (ternary .Values.baseUrl "" .Values.web.enabled) }}{{ $_ := set $env "KEYTURN_FRONTEND_URL" . }}{{ end }}
{{- with $auth.trustedProxies }}{{ $_ := set $env "KEYTURN_TRUSTED_PROXIES" (join "," .) }}{{ end }}
{{- with $auth.trustedOrigins }}{{ $_ := set $env "KEYTURN_TRUSTED_ORIGINS" (join "," .) }}{{ end }}
{{- $migrate := dict "args" (list "dist/migrate.js") "extraEnv" list }}
{{- with $auth.sessionReader }}
{{- if .existingSecret }}
{{- $_ := set $migrate "extraEnv" (list (dict "name" "KEYTURN_SESSION_READER_PASSWORD" "valueFrom" (dict "secretKeyRef" (dict "name" .existingSecret "key" .key)))) }}
{{- end }}
{{- end }}
{{- $policy := $auth.networkPolicy | default dict }}
{{- $ingress := list }}
{{- if .Values.web.enabled }}{{ $ingress = list (include "keyturn.fromWeb" . | fromYaml) }}{{ end }}
{{- $edges := dict
  "ingress" (concat $ingress ($policy.ingress | default list))
  "egress" (concat (include "keyturn.smtpEgress" . | fromYamlArray) ($policy.egress | default list)) }}
{{- $rings := dict $auth.tokenRing "issuer" $auth.sessionRing "issuer" }}
{{- $routes := list (dict "path" "/api/auth") (dict "path" "/api/admin") (dict "path" "/.well-known") }}
{{- $given := dict "env" $env "rings" $rings "routes" $routes "migrate" $migrate }}
{{- $all := mustMergeOverwrite $given (deepCopy $own) }}
{{- set $all "networkPolicy" $edges | toYaml }}
{{- end }}

{{/* Sessions, for the pages of those who have one. */}}
{{- define "keyturn.fromWeb" -}}
from:
  - podSelector:
      matchLabels:
        {{- include "service.selector" (dict "root" . "name" "web") | nindent 8 }}
ports: [{ port: 3000 }]
{{- end }}

{{/* The front end's block. It takes part in no ring; what no other route answers is a page, or its own 404. */}}
{{- define "keyturn.web" -}}
{{- $given := dict
  "management" false
  "calls" (list "auth")
  "routes" (list (dict "path" "/"))
  "env" (dict "HOSTNAME" "0.0.0.0") }}
{{- mustMergeOverwrite $given (deepCopy .Values.web) | toYaml }}
{{- end }}

{{- define "keyturn.smtpEgress" -}}
- {{- with .Values.networkPolicy.smtpTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  ports:
    {{- range .Values.networkPolicy.smtpPorts }}
    - port: {{ . }}
    {{- end }}
{{- end }}

{{/* The operator's block: it asks every pod that takes part in a ring, and answers those pods. */}}
{{- define "keyturn.operator" -}}
{{- $peers := list }}
{{- range $ring, $_ := .Values.rings }}
{{- $peers = concat $peers (include "service.consumerPeers" (dict "root" $ "ring" $ring) | fromYamlArray) }}
{{- end }}
{{- $ports := list (dict "port" 9000) }}
{{- $ingress := list }}
{{- $egress := list }}
{{- with $peers }}
{{- $ingress = list (dict "from" . "ports" $ports) }}
{{- $egress = list (dict "to" . "ports" $ports) }}
{{- end }}
{{- $policy := .Values.operator.networkPolicy | default dict }}
{{- $edges := dict "ingress" (concat $ingress ($policy.ingress | default list)) "egress" (concat $egress ($policy.egress | default list)) }}
{{- $given := dict
  "http" false
  "apiServer" true
  "args" (list "keyturn.mjs" "operator" "--kubernetes" "--host" "0.0.0.0" "--management-port" "9000") }}
{{- $all := mustMergeOverwrite $given (omit (deepCopy .Values.operator) "secrets" "clusterWide") }}
{{- set $all "networkPolicy" $edges | toYaml }}
{{- end }}
