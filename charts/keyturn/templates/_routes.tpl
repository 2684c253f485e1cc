{{/* Who answers which paths: [{ name, port, routes }], the issuer first, the front end last, as YAML. */}}
{{- define "keyturn.routes" -}}
{{- $all := list (dict "name" "auth" "values" (include "keyturn.auth" . | fromYaml)) }}
{{- range $name, $block := .Values.services }}
{{- $all = append $all (dict "name" $name "values" $block) }}
{{- end }}
{{- $all = append $all (dict "name" "web" "values" (include "keyturn.web" . | fromYaml)) }}
{{- $found := list }}
{{- range $all }}
{{- $values := include "service.values" (dict "root" $ "name" .name "values" .values) | fromYaml }}
{{- if and $values.enabled $values.routes }}
{{- $found = append $found (dict "name" (include "service.name" (dict "root" $ "name" .name)) "port" $values.service.port "routes" $values.routes) }}
{{- end }}
{{- end }}
{{- $found | toYaml }}
{{- end }}

{{- define "keyturn.publicHost" -}}
{{- (urlParse .Values.baseUrl).host | splitList ":" | first }}
{{- end }}
