{{/* What the issuer would refuse to start with is refused here, where it has a sentence for whoever installs. */}}
{{- define "keyturn.checkAuth" -}}
{{- $auth := .Values.auth }}
{{- if not (regexMatch "^(https://.*|http://(localhost|127\\.0\\.0\\.1|\\[::1\\]|[^/:]+\\.localhost)(:[0-9]+)?)$" .Values.baseUrl) }}
{{- fail (printf "baseUrl: must be https, except on localhost; it is %s" .Values.baseUrl) }}
{{- end }}
{{- if eq $auth.tokenRing $auth.sessionRing }}
{{- fail (printf "auth.sessionRing: must be another ring than auth.tokenRing; both are %s" $auth.tokenRing) }}
{{- end }}
{{- $tokens := get .Values.rings $auth.tokenRing | default dict }}
{{- if not (or (eq $tokens.type "SigningKey") (eq $tokens.algorithm "HS256")) }}
{{- fail (printf "auth.tokenRing: must be a ring of type SigningKey, or of algorithm HS256; %s is none under rings" $auth.tokenRing) }}
{{- end }}
{{- if ne "opaque" ((get .Values.rings $auth.sessionRing | default dict).algorithm | default "") }}
{{- fail (printf "auth.sessionRing: must be a ring of algorithm opaque; %s is none under rings" $auth.sessionRing) }}
{{- end }}
{{- range $auth.trustedOrigins }}
{{- if not (regexMatch "^https?://[^/]+$" .) }}
{{- fail (printf "auth.trustedOrigins: must be origins, without a path; %s is none" .) }}
{{- end }}
{{- end }}
{{- with $auth.frontendUrl }}
{{- if not (has (regexFind "^https?://[^/]+" .) (append $auth.trustedOrigins $.Values.baseUrl)) }}
{{- fail (printf "auth.frontendUrl: must be at the baseUrl or at one of auth.trustedOrigins; it is %s" .) }}
{{- end }}
{{- end }}
{{- end }}
