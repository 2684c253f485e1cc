{{/* The issuer's block of values, completed with what follows from the platform's. */}}
{{- define "keyturn.auth" -}}
{{- $auth := .Values.auth }}
{{- $own := omit $auth "tokenRing" "sessionRing" "mail" "sessionReader" "rolePermissions" "trustedProxies" "trustedOrigins" "requireVerifiedEmail" "frontendUrl" "passwords" "auditRetention" }}
{{- $granted := deepCopy $auth.rolePermissions }}
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
{{- $env := dict
  "KEYTURN_SESSION_RING" $auth.sessionRing
  "KEYTURN_ACCESS_TOKEN_TTL" ((get .Values.rings $auth.tokenRing | default dict).maxCredentialLifetime | default "15m")
  "KEYTURN_ROLE_PERMISSIONS" (join "," $roles)
  "KEYTURN_REQUIRE_VERIFIED_EMAIL" (toString $auth.requireVerifiedEmail)
  "KEYTURN_PASSWORD_MIN_LENGTH" (toString $auth.passwords.minLength)
  "KEYTURN_PASSWORD_CLASSES" (toString $auth.passwords.classes)
  "KEYTURN_AUDIT_RETENTION" $auth.auditRetention
  "MAIL_FROM" $auth.mail.from
  "SMTP_URL" $auth.mail.url }}
{{- if $auth.mail.existingSecret }}
{{- $_ := set $env "SMTP_URL" (dict "valueFrom" (dict "secretKeyRef" (dict "name" $auth.mail.existingSecret "key" $auth.mail.key))) }}
{{- end }}
{{- with $auth.frontendUrl }}{{ $_ := set $env "KEYTURN_FRONTEND_URL" . }}{{ end }}
{{- with $auth.trustedProxies }}{{ $_ := set $env "KEYTURN_TRUSTED_PROXIES" (join "," .) }}{{ end }}
{{- with $auth.trustedOrigins }}{{ $_ := set $env "KEYTURN_TRUSTED_ORIGINS" (join "," .) }}{{ end }}
{{- $migrate := dict "args" (list "dist/migrate.js") "extraEnv" list }}
{{- with $auth.sessionReader }}
{{- if .existingSecret }}
{{- $_ := set $migrate "extraEnv" (list (dict "name" "KEYTURN_SESSION_READER_PASSWORD" "valueFrom" (dict "secretKeyRef" (dict "name" .existingSecret "key" .key)))) }}
{{- end }}
{{- end }}
{{- $egress := include "keyturn.smtpEgress" . | fromYamlArray }}
{{- $rings := dict $auth.tokenRing "issuer" $auth.sessionRing "issuer" }}
{{- $routes := list (dict "path" "/api/auth") (dict "path" "/api/admin") (dict "path" "/.well-known") }}
{{- $given := dict "env" $env "rings" $rings "routes" $routes "migrate" $migrate "networkPolicy" (dict "egress" $egress) }}
{{- mustMergeOverwrite $given (deepCopy $own) | toYaml }}
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
{{- $given := dict
  "http" false
  "apiServer" true
  "args" (list "keyturn.mjs" "operator" "--kubernetes" "--host" "0.0.0.0" "--management-port" "9000")
  "networkPolicy" (dict "ingress" $ingress "egress" $egress) }}
{{- mustMergeOverwrite $given (omit (deepCopy .Values.operator) "secrets" "clusterWide") | toYaml }}
{{- end }}
